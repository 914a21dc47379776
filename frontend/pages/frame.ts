/** The door of a link in a frame: on to the bench where the browser kept its cookies, else the way to a tab. */

const door = document.querySelector<HTMLElement>("[data-frame]");
const way = door?.querySelector<HTMLElement>("[hidden]");
if (door?.dataset.frame && /(?:^|;\s*)framed=1/.test(document.cookie)) location.replace(door.dataset.frame);
else if (way) way.hidden = false;
