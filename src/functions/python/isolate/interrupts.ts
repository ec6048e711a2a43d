import { callInProgress } from "../../runtime/call.ts";

/** Python reads it every few instructions as a signal, and raises KeyboardInterrupt. */
const SIGINT = 2;

/**
 * Ends code that computes on after its time, as far as the platform lets time pass while code computes: on a machine of
 * one's own, which has no limit of CPU time.
 */
export const interrupts = {
  get 0(): number {
    const call = callInProgress();
    return call !== undefined && Date.now() > call.deadline ? SIGINT : 0;
  },
  // Python takes a signal away that it has seen; this one stays.
  set 0(_: number) {},
};
