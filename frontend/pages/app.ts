/** Loaded by every page: the sheets, and the few things that HTML alone cannot do. */
import "../icons/favicon.png?url";
import "../icons/favicon.svg?url";
import "../icons/touch.png?url";
import "../icons/sprite.ts";
import "../styles/index.ts";
import { labelCards } from "./shell/cards.ts";
import { watchConnection } from "./shell/connection.ts";
import { copyOnClick } from "./shell/copy.ts";
import { openDialogs } from "./shell/dialogs.ts";
import { markChanges, revealPasswords, submitOnChange } from "./shell/fields.ts";
import { keepInboxCount } from "./shell/inbox.ts";
import { pressByKey } from "./shell/keys.ts";
import { closeMenus } from "./shell/menus.ts";
import { printOnClick } from "./shell/print.ts";
import { sendRequests } from "./shell/requests.ts";
import { showSending } from "./shell/sending.ts";
import { keepTimes } from "./shell/times.ts";
import { dismissToasts } from "./shell/toasts.ts";

sendRequests();
watchConnection(); // before what marks a form as sent: it may hold one back
showSending();
copyOnClick();
openDialogs();
closeMenus();
revealPasswords();
submitOnChange();
markChanges();
pressByKey();
printOnClick();
dismissToasts();
keepTimes();
keepInboxCount();
labelCards(document);
document.addEventListener("htmx:load", (event) => labelCards(event.target as Element));
