/** The package brings no types; it puts itself on `window`. */
declare module 'simjs';
