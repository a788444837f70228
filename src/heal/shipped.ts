import gatewayDown from "../../heal-recipes/cards/gateway-down.md" with { type: "text" };
import tokenLeaked from "../../heal-recipes/cards/token-leaked.md" with { type: "text" };
import unitDown from "../../heal-recipes/cards/unit-down.md" with { type: "text" };
import unitMissing from "../../heal-recipes/cards/unit-missing.md" with { type: "text" };
import unitStopped from "../../heal-recipes/cards/unit-stopped.md" with { type: "text" };
import watchdogIll from "../../heal-recipes/cards/watchdog-ill.md" with { type: "text" };
import router from "../../heal-recipes/README.md" with { type: "text" };
import restartUnit from "../../heal-recipes/restart-unit.yaml" with { type: "text" };
import startUnit from "../../heal-recipes/start-unit.yaml" with { type: "text" };

/** The recipes that ship inside the binary, by name: the same bytes as in `heal-recipes/`, so that a pin of the file fits both. */
export const shippedRecipes: Readonly<Record<string, string>> = {
  "restart-unit": restartUnit,
  "start-unit": startUnit,
};

/** The cards that ship inside the binary, by name. */
export const shippedCards: Readonly<Record<string, string>> = {
  "gateway-down": gatewayDown,
  "token-leaked": tokenLeaked,
  "unit-down": unitDown,
  "unit-missing": unitMissing,
  "unit-stopped": unitStopped,
  "watchdog-ill": watchdogIll,
};

/** The router: which card fits which red. */
export const shippedRouter: string = router;
