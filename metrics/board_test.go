package metrics

import (
	"reflect"
	"testing"

	"wavetank/sim"
)

// TestEveryFoldOfTheBoardWatches: Observers must list every fold. Otherwise the fold gets no facts,
// and its numbers are missing without an error.
func TestEveryFoldOfTheBoardWatches(t *testing.T) {
	board := &Board{new(ServiceLevel), new(TokenServing), new(Provision), new(Overrun), new(Carbon), new(Startups), new(HeldBack), new(Network), new(Attempts), new(Misses), new(WorkBound), new(Balance), new(Plans), new(Series)}
	watch := map[sim.Observer]bool{}
	for _, o := range board.Observers() {
		watch[o] = true
	}
	fields := reflect.ValueOf(board).Elem()
	for i := range fields.NumField() {
		if o, ok := fields.Field(i).Interface().(sim.Observer); ok && !watch[o] {
			t.Errorf("Board.%s is not in Observers: it would hear no facts", fields.Type().Field(i).Name)
		}
	}
}
