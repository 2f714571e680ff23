import { hasCode } from '../errors';
import type { Api } from './api';
import { numberOf, objectOf } from './parts';

/**
 * Returns the id of the token's own user, or null if the token may not read it. GitHub and GitLab have it in the same
 * place.
 */
export async function ownUser(api: Api): Promise<number | null> {
  try {
    return numberOf(objectOf((await api.get('user')).json), 'id');
  } catch (error) {
    if (hasCode(error, 'CODE_HOST_REFUSED')) return null;
    throw error;
  }
}
