export { diffText, summaryLines } from './changes-text';
export { dumpText } from './dump-text';
export { describeError } from './error-text';
export { describeEvent, type EventLine } from './event-text';
export { initText, snapshotText } from './init-text';
export { pullText } from './pull-text';
export { pushText } from './push-text';
export { statusText } from './status-text';
export { pushesText, undoText } from './undo-text';
