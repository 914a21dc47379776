/** All that a bench looks like where no page of ours is around it. */

import "../../../styles/layers.css";
import "../../../styles/tokens.css";
import "../../../styles/reset.css";
import "../../../styles/base.css";
import "../../../styles/layout.css";
import "../../../styles/icon.css";
import "../../../styles/avatar.css";
import "../../../styles/text.css";
import "../../../styles/key.css";
import "../../../styles/button.css";
import "../../../styles/field.css";
import "../../../styles/choice.css";
import "../../../styles/badge.css";
import "../../../styles/table.css";
import "../../../styles/toolbar.css";
import "../../../styles/panel.css";
import "../../../styles/tabs.css";
import "../../../styles/menu.css";
import "../../../styles/dialog.css";
import "../../../styles/notice.css";
import "../../../styles/blank.css";
import "../../../styles/progress.css";
import "../../../styles/scores.css";
import "../../../styles/utilities.css";
import "./index.ts";
import "./cell.css";
