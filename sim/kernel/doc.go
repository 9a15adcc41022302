// Package kernel is the ground floor of the simulator: the clock, the future-event queue and the
// named random streams. It knows nothing of fleets or requests and imports the standard library
// only.
package kernel
