import type { CodeHost } from './code-host';
import type { Place } from './find-place';
import { openGithub } from './github';
import { openGithubReviews } from './github-reviews';
import { openGitlab } from './gitlab';
import { openGitlabReviews } from './gitlab-reviews';
import type { PushJob, Reviews } from './reviews';

/** Opens the API of the place's host. */
export function openCodeHost(place: Place): CodeHost {
  return place.provider === 'github' ? openGithub(place) : openGitlab(place);
}

/** Opens the API for merged pull requests and the archives of their jobs. */
export function openReviews(place: Place, job: PushJob): Reviews {
  return place.provider === 'github' ? openGithubReviews(place, job) : openGitlabReviews(place, job);
}
