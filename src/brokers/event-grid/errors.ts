import type { Refusal } from '../contract.ts';

/**
 * What Event Grid refuses. Of most of them only the status and its meaning are documented: the text is then the page's own wording.
 * https://learn.microsoft.com/azure/event-grid/post-to-custom-topic#response
 */
function refusal(name: string, code: number, text: string): Refusal {
  return { refused: true, name, code, text, closes: 'message' };
}
export const errors = {
  /** An event that cannot be read, or lacks what its schema requires. */
  badEvent: (why: string) => refusal('BadRequest', 400, `Event data has incorrect format: ${why}`),
  unauthorized: () => refusal('Unauthorized', 401, 'Invalid access key'),
  notFound: () => refusal('NotFound', 404, 'Incorrect endpoint'),
  payloadTooLarge: () => refusal('PayloadTooLarge', 413, 'Array or event exceeds size limits'),
  /** https://learn.microsoft.com/azure/event-grid/quotas-limits */
  tooManyRequests: () => refusal('TooManyRequests', 429, 'Publish rate exceeded'),
  serviceUnavailable: () => refusal('ServiceUnavailable', 503, 'Service Unavailable'),
  /** A subscription that cannot be made as it is described. */
  badSubscription: (why: string) => refusal('InvalidRequest', 400, why),
  /** https://learn.microsoft.com/azure/event-grid/troubleshoot-errors */
  invalidExpiration: () => refusal('InvalidRequest', 400, 'Invalid expiration time.'),
  /** https://learn.microsoft.com/azure/event-grid/troubleshoot-subscription-validation */
  validationFailed: () => refusal('UrlValidation', 400, 'The attempt to validate the provided endpoint failed. For more details, visit https://aka.ms/esvalidation'),
  /** https://learn.microsoft.com/azure/event-grid/subscriber-operations#renew-lock */
  tokenLost: () => refusal('TokenLost', 0, 'Token has expired.'),
  /** https://learn.microsoft.com/azure/event-grid/subscriber-operations#acknowledge-cloudevents */
  badToken: () => refusal('BadToken', 0, ''),
} as const;
