package trace

import (
	"slices"
	"strings"
	"testing"
	"time"

	"wavetank/workload/table"
)

// TestRowsOutOfOrderAreSorted reads rows of which some are up to 800 ms late. The row that is left
// out is the earliest, so it is at instant 0.
func TestRowsOutOfOrderAreSorted(t *testing.T) {
	const text = "t,in,ok\n0.5,1,y\n0.2,2,n\n2,3,y\n1.2,4,y\n1.2,5,y\n3,6,y\n"
	c := Columns{Time: "t", Input: "in", Disorder: 800 * time.Millisecond, Where: []table.Condition{{Column: "ok", Value: "y"}}}
	all := take(t, must(OpenTable(lane("a"), inMemory("t.csv", []byte(text)), c)), 10)
	var got []int64
	for _, r := range all {
		got = append(got, int64(r.Input), int64(r.Arrival)/int64(time.Millisecond))
	}
	if want := []int64{1, 300, 4, 1000, 5, 1000, 3, 1800, 6, 2800}; !slices.Equal(got, want) {
		t.Errorf("%v, want %v", got, want)
	}
	c.Disorder = 700 * time.Millisecond
	mentions(t, second(scan(inMemory("t.csv", []byte(text)), c)), "t.csv:5: the timestamp goes back by 800ms", "sort-within")
	c.Disorder = 25 * time.Hour
	mentions(t, second(scan(inMemory("t.csv", []byte(text)), c)), "sort-within: 25h0m0s is not between 0s and 24h0m0s")
}

func TestRowsWithEmptyCellsAreLeftOut(t *testing.T) {
	c := Columns{Time: "t", Input: "in", Output: "out", SkipEmpty: true}
	for _, text := range []string{
		"t,in,out\n0,5,1\n1,,2\n2,7,\n3,8,4\n",
		"{\"t\": 0, \"in\": 5, \"out\": 1}\n{\"t\": 1, \"in\": null, \"out\": 2}\n{\"t\": 2, \"in\": 7}\n{\"t\": 3, \"in\": 8, \"out\": 4}\n",
	} {
		sum, err := scan(inMemory("t", []byte(text)), c)
		if err != nil || sum.Requests != 2 || sum.LeftOut != 2 || sum.Span != 3*time.Second {
			t.Errorf("%+v %v", sum, err)
		}
	}
}

func TestUnitOfTheTimeFollowsFromTheColumn(t *testing.T) {
	for _, text := range []string{
		"at_us,in\n1000000,1\n3500000,2\n", "at,in\n1772442000487,1\n1772442002987,2\n", "at,in\n2026-03-02T09:00Z,1\n2026-03-02T09:00:02.5Z,2\n",
		"at [ms],in\n5,1\n2505,2\n", "at,in\n5,1\n7.5,2\n",
	} {
		name, _, _ := strings.Cut(text, ",")
		sum, err := scan(inMemory("t", []byte(text)), Columns{Time: name, Unit: table.Auto, Input: "in"})
		if err != nil || sum.Span != 2500*time.Millisecond {
			t.Errorf("%q: %+v %v", text, sum, err)
		}
	}
}
