package sim_test

import (
	"reflect"
	"strings"
	"testing"
	"time"

	"wavetank/sim"
	"wavetank/sim/fleet"
)

// everything is a lever of every kind.
type everything struct{ sim.Allocator }

func (everything) ByClass() bool                                          { return false }
func (everything) Open(*sim.View, fleet.ReplicaID, *fleet.Request) bool   { return true }
func (everything) Admit(*sim.View, *fleet.Request) bool                   { return true }
func (everything) Interval() time.Duration                                { return time.Second }
func (everything) Answered(fleet.ReplicaID, bool) bool                    { return false }
func (everything) Judge(*sim.View, fleet.ModelID, bool)                   {}
func (everything) InRotation(fleet.ReplicaID) bool                        { return true }
func (everything) Rank(*sim.View, *fleet.Request) int64                   { return 0 }
func (everything) Discipline() sim.Discipline                             { return sim.FirstCome }
func (everything) Route(*sim.View, *fleet.Request) fleet.ReplicaID        { return 0 }
func (everything) Batch(*sim.View, fleet.ReplicaID) (d sim.BatchDecision) { return d }
func (everything) String() string                                         { return "everything" }

// TestAllLeversAreListed compares the list with the fields of the struct.
func TestAllLeversAreListed(t *testing.T) {
	var l sim.Levers
	fields := reflect.ValueOf(&l).Elem()
	for i := range fields.NumField() {
		if kind := fields.Type().Field(i).Type; !reflect.TypeFor[everything]().Implements(kind) {
			t.Fatalf("give the type everything of this test the methods of %v", kind)
		}
		fields.Field(i).Set(reflect.ValueOf(everything{}))
		list, name := l.All(), strings.ToLower(fields.Type().Field(i).Name)
		if len(list) != fields.NumField() || list[i].Kind != name || list[i].Policy == nil {
			t.Fatalf("field %s of sim.Levers is not lever %d of what All returns: %+v", name, i, list)
		}
		if i+1 < len(list) && list[i+1].Policy != nil {
			t.Errorf("the run has no %s, but All returns %v for it", list[i+1].Kind, list[i+1].Policy)
		}
	}
}
