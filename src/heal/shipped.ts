import configBroken from "../../heal-recipes/cards/config-broken.md" with { type: "text" };
import containerDown from "../../heal-recipes/cards/container-down.md" with { type: "text" };
import drifted from "../../heal-recipes/cards/drifted.md" with { type: "text" };
import gatewayDown from "../../heal-recipes/cards/gateway-down.md" with { type: "text" };
import gatewayTwice from "../../heal-recipes/cards/gateway-twice.md" with { type: "text" };
import heartbeatMissed from "../../heal-recipes/cards/heartbeat-missed.md" with { type: "text" };
import jobBlocked from "../../heal-recipes/cards/job-blocked.md" with { type: "text" };
import jobDoubled from "../../heal-recipes/cards/job-doubled.md" with { type: "text" };
import lockStale from "../../heal-recipes/cards/lock-stale.md" with { type: "text" };
import pluginBad from "../../heal-recipes/cards/plugin-bad.md" with { type: "text" };
import queueStuck from "../../heal-recipes/cards/queue-stuck.md" with { type: "text" };
import tokenLeaked from "../../heal-recipes/cards/token-leaked.md" with { type: "text" };
import unitDown from "../../heal-recipes/cards/unit-down.md" with { type: "text" };
import unitMissing from "../../heal-recipes/cards/unit-missing.md" with { type: "text" };
import unitStopped from "../../heal-recipes/cards/unit-stopped.md" with { type: "text" };
import watchdogIll from "../../heal-recipes/cards/watchdog-ill.md" with { type: "text" };
import router from "../../heal-recipes/README.md" with { type: "text" };
import removeStaleLock from "../../heal-recipes/remove-stale-lock.yaml" with { type: "text" };
import restartContainer from "../../heal-recipes/restart-container.yaml" with { type: "text" };
import restartUnit from "../../heal-recipes/restart-unit.yaml" with { type: "text" };
import restoreLastGreenConfig from "../../heal-recipes/restore-last-green-config.yaml" with { type: "text" };
import startUnit from "../../heal-recipes/start-unit.yaml" with { type: "text" };

/** The recipes that ship inside the binary, by name: the same bytes as in `heal-recipes/`, so that a pin of the file fits both. */
export const shippedRecipes: Readonly<Record<string, string>> = {
  "remove-stale-lock": removeStaleLock,
  "restart-container": restartContainer,
  "restart-unit": restartUnit,
  "restore-last-green-config": restoreLastGreenConfig,
  "start-unit": startUnit,
};

/** The cards that ship inside the binary, by name. */
export const shippedCards: Readonly<Record<string, string>> = {
  "config-broken": configBroken,
  "container-down": containerDown,
  drifted,
  "gateway-down": gatewayDown,
  "gateway-twice": gatewayTwice,
  "heartbeat-missed": heartbeatMissed,
  "job-blocked": jobBlocked,
  "job-doubled": jobDoubled,
  "lock-stale": lockStale,
  "plugin-bad": pluginBad,
  "queue-stuck": queueStuck,
  "token-leaked": tokenLeaked,
  "unit-down": unitDown,
  "unit-missing": unitMissing,
  "unit-stopped": unitStopped,
  "watchdog-ill": watchdogIll,
};

/** The router: which card fits which red. */
export const shippedRouter: string = router;
