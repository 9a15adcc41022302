package trace

import (
	"strings"
	"testing"

	"wavetank/workload"
	"wavetank/workload/distribution"
	"wavetank/workload/table"
)

func TestAColumnSaysHowManyItemsARequestCarries(t *testing.T) {
	for text, json := range map[string]bool{
		"t,n\n0,4\n1,1\n2,65536\n3,7.0\n":                                                  false,
		"{\"t\":0,\"n\":4}\n{\"t\":1,\"n\":1}\n{\"t\":2,\"n\":65536}\n{\"t\":3,\"n\":7}\n": true,
	} {
		l, c := lane("a"), Columns{JSON: json, Time: "t", Items: "n"}
		// Only the factor counts.
		l.Items = workload.Items{Count: must(distribution.FixedCount(9)), Factor: 0.5}
		f := table.OnDisk(write(t, "x", text, false))
		got := take(t, must(OpenTable(l, f, c)), 9)
		for i, want := range []float32{2, 0.5, 32768, 3.5} {
			if got[i].Items != want {
				t.Errorf("json %v: row %d carries %v items, want %v", json, i, got[i].Items, want)
			}
		}
		if sum, err := c.Scan(f); err != nil || sum.Items != (4+1+65536+7)/4. {
			t.Errorf("json %v: a mean of %v items, %v", json, sum.Items, err)
		}
		if unused, err := c.Unused(f); err != nil || len(unused) > 0 {
			t.Errorf("json %v: unused %v, %v", json, unused, err)
		}
	}
}

func TestATraceWithoutTheColumnTakesTheItemsOfItsStream(t *testing.T) {
	l := lane("a")
	l.Items.Count = must(distribution.FixedCount(9))
	f := table.OnDisk(write(t, "x.csv", "t\n0\n1\n", false))
	for _, r := range take(t, must(OpenTable(l, f, Columns{Time: "t"})), 2) {
		if r.Items != 9 {
			t.Errorf("%v items, want those of the stream", r.Items)
		}
	}
	if sum, err := (Columns{Time: "t"}).Scan(f); err != nil || sum.Items != 0 {
		t.Errorf("the trace says %v items, %v", sum.Items, err)
	}
}

func TestBadItemsAreToldWithTheirLine(t *testing.T) {
	for text, want := range map[string]string{
		"t,n\n0,0\n":           "0 items, want 1 to 65536",
		"t,n\n0,1\n1,-2\n":     "is negative",
		"t,n\n0,65537\n":       "65537 items, want 1 to 65536",
		"t,n\n0,1.5\n":         "is not a whole number",
		"t,n\n0,many\n":        "is not a whole number",
		"t,n\n0,1\n1,\n":       "x.csv:3",
		"t,other\n0,1\n":       "n",
		"t,n\n0,99999999999\n": "is above",
	} {
		_, err := (Columns{Time: "t", Items: "n"}).Scan(table.OnDisk(write(t, "x.csv", text, false)))
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v, want %q", text, err, want)
		}
	}
}
