// The pages of everybody who signs in.

import "./parts.js";

import { openThisPageAnew, whenPageWasKept } from "./kept_pages.js";
import { start } from "./start.js";

start("kept pages", () => whenPageWasKept(openThisPageAnew));
