/** Tests know all brokers and clients from the start. */
import { loadRooms } from '../catalog.ts';
import { loadClients } from '../simulation/clients.ts';

await Promise.all([loadRooms(), loadClients()]);
