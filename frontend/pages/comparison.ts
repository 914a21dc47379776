/** A comparison: the pictures of a case, with what each version found on them; and reading it. */
import { readByKeys } from "./comparison/reading.ts";
import { replayPictures } from "./inbox/replay.ts";

replayPictures(document);
for (const form of document.querySelectorAll<HTMLFormElement>("[data-reading]")) readByKeys(form);
