/** The bench's own sheets. Those of its later parts come with them. */

import "./bench.css";
import "./stage.css";
import "./attempts.css";
import "./panel.css";
import "./forms.css";
import "./found.css";
import "./looking.css";
import "./small.css";
