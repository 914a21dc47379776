/** The debugger's page: the question in its address, its calls over HTTP. */

import component from "../components/debugger/index.ts";
import { startPage } from "./debugger/page.ts";

startPage(component);
