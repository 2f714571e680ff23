import type { CodeHost } from './code-host';
import type { Place } from './find-place';
import { openGithub } from './github';
import { openGitlab } from './gitlab';

/** Opens the API of the place's host. */
export function openCodeHost(place: Place): CodeHost {
  return place.provider === 'github' ? openGithub(place) : openGitlab(place);
}
