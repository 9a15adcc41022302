// Package kernel holds the clock, the future-event queue and the named random streams of the
// simulator. It knows nothing of fleets or requests, and imports only the standard library.
package kernel
