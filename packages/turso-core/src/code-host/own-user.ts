import { hasCode } from '../errors';
import type { Api } from './api';
import { numberOf, objectOf } from './parts';

/** The id of the token's own user, or null for a token that may not read it. GitHub and GitLab have it in the same place. */
export async function ownUser(api: Api): Promise<number | null> {
  try {
    return numberOf(objectOf((await api.get('user')).json), 'id');
  } catch (error) {
    if (hasCode(error, 'CODE_HOST_REFUSED')) return null;
    throw error;
  }
}
