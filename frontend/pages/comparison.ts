/** A comparison: the pictures of a case, with what each version found on them. */
import { replayPictures } from "./inbox/replay.ts";

replayPictures(document);
