// A worker that says whether a passphrase would be guessed: it brings the lists of leaked ones
// along, so that no page need, and nobody is asked.

import { type Weigh, weighed } from "./weighed";

addEventListener("message", (event: MessageEvent<Weigh>) => postMessage(weighed(event.data)));
