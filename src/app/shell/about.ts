import type { GalleryItem } from '../../gallery/index.ts';
import { subjects } from '../../gallery/subjects.ts';

/** What a scenario of the gallery is found by, besides its title. */
export const aboutOf = ({ id, about, broker }: Pick<GalleryItem, 'id' | 'about' | 'broker'>): string[] => [broker, about, id.replaceAll('-', ' '), subjects[id] ?? ''];
