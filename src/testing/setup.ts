/** Tests know all brokers from the start. */
import { loadRooms } from '../catalog.ts';

await loadRooms();
