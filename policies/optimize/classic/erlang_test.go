package classic

import (
	"encoding/csv"
	"strconv"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"wavetank/scenarios/theory"
	"wavetank/sim/simtest/shared"
)

// TestSizingIsTheLeastThatSuffices compares with the exact queue of scenarios/theory, whose Erlang
// C is independent of this one.
func TestSizingIsTheLeastThatSuffices(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		rate := rapid.Float64Range(0.1, 200).Draw(t, "rate")
		speed := rapid.Float64Range(0.5, 20).Draw(t, "speed")
		share := rapid.Float64Range(0.01, 0.5).Draw(t, "share")
		wait := rapid.Float64Range(0, 2).Draw(t, "t")
		late := func(servers int) float64 {
			if float64(servers)*speed <= rate {
				return 1
			}
			q, err := theory.NewMMc(servers, rate, speed)
			if err != nil {
				t.Fatal(err)
			}
			return q.WaitAbove(wait)
		}
		n := MinServersForWait(rate, speed, wait, share)
		if late(n) > share*(1+1e-9) || late(n-1) < share*(1-1e-9) {
			t.Fatalf("%d servers: %v wait too long, %v with one less, %v may", n, late(n), late(n-1), share)
		}
	})
	if n := MinServersForWait(0, 1, 1, 0.1); n != 0 {
		t.Errorf("no load needs %d servers", n)
	}
}

// TestSizingIsThatOfTheTables compares numbers of servers with published ones, if the folder with
// these tables exists.
func TestSizingIsThatOfTheTables(t *testing.T) {
	rows, err := csv.NewReader(shared.Open(t, "spec", "theory.csv")).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	tested := 0
	for _, row := range rows {
		if !strings.HasPrefix(row[0], "ErlangC sizing") {
			continue
		}
		tested++
		p := map[string]float64{"mu": 1} // "a=5;eps=0.05" or "lam=100.0;mu=10.0;t=0.1;eps=0.01"
		for part := range strings.SplitSeq(row[1], ";") {
			name, text, _ := strings.Cut(part, "=")
			if p[name], err = strconv.ParseFloat(text, 64); err != nil {
				t.Fatal(err)
			}
		}
		if got := MinServersForWait(p["a"]+p["lam"], p["mu"], p["t"], p["eps"]); row[3] != strconv.Itoa(got)+".0" {
			t.Errorf("%v: got %d", row, got)
		}
	}
	if tested < 10 {
		t.Errorf("only %d rows were tested", tested)
	}
}
