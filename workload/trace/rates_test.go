package trace

import (
	"fmt"
	"math"
	"strings"
	"testing"
	"time"

	"wavetank/sim/fleet"
)

// TestRatesAreReadInEveryForm reads 60, 120 and 0 requests per minute in several forms. The row of
// the third minute is missing.
func TestRatesAreReadInEveryForm(t *testing.T) {
	for name, c := range map[string]struct {
		text string
		form Rates
	}{
		"named":      {"timestamp,rps\n2026-03-02T09:00:00Z,1\n2026-03-02T09:01:00Z,2\n2026-03-02T09:03:00Z,0\n", Rates{}},
		"per minute": {"time_ms;rpm\n0;60\n60000;120\n180000;0\n", Rates{}},
		"cells":      {"\"Time\",\"{model=\"\"m\"\"}\"\n2026-03-02 09:00:00,1.000 req/s\n2026-03-02 09:01:00,0.002 K req/s\n2026-03-02 09:03:00,0 req/s\n", Rates{}},
		"said":       {"ts,load\n0,60\n60,120\n180,0\n", Rates{Per: "m"}},
		"query": {`{"status": "success", "data": {"resultType": "matrix", "result": [{"metric": {"job": "a"}, "values": [[1772442000, "1"], [1772442060, "2"], [1772442180, "0"]]}]}}`,
			Rates{}},
		"sum": {`{"status": "success", "data": {"resultType": "matrix", "result": [{"metric": {"job": "a"}, "values": [[60, "1.5"], [180, "0"]]},
			{"metric": {"job": "b"}, "values": [[0, "1"], [60, "0.5"]]}]}}`, Rates{Series: AllSeries}},
	} {
		f := inMemory("x", []byte(c.text))
		if form, err := Detect(f); name != "said" && (err != nil || form != "rates") {
			t.Errorf("%s is taken for %s: %v", name, form, err)
		}
		sum, err := scan(f, c.form)
		if err != nil || sum.Requests != 180 || sum.Span != 4*time.Minute {
			t.Errorf("%s: %+v %v", name, sum, err)
		}
	}
}

// TestRequestsComeAtTheRateOfTheFile counts the requests of each minute in many replications.
func TestRequestsComeAtTheRateOfTheFile(t *testing.T) {
	f := inMemory("x", []byte("time,rps\n0,5\n60,0\n120,20\n"))
	only := lane("a")
	start, err := Rates{}.Prepare(f, only.Models)
	if err != nil {
		t.Fatal(err)
	}
	const replications = 40
	var counts [3]float64
	for only.Replication = range replications {
		src := must(start(only))
		last := int64(-1)
		for r := (fleet.Request{}); src.Next(&r); last = int64(r.Arrival) {
			if int64(r.Arrival) < last {
				t.Fatal("requests are not in order")
			}
			counts[int(r.Arrival)/int(time.Minute)]++
		}
	}
	for i, want := range []float64{300, 0, 1200} {
		if mean := counts[i] / replications; math.Abs(mean-want) > 4*math.Sqrt(want/replications) {
			t.Errorf("minute %d: %v requests, want %v", i, mean, want)
		}
	}
}

func TestDoubtfulRatesAreRefused(t *testing.T) {
	series := func(values string) string {
		return fmt.Sprintf(`{"status": "success", "data": {"resultType": "matrix", "result": [{"metric": {"job": "a"}, "values": [%s]}, {"metric": {"job": "b"}, "values": [[0, "1"]]}]}}`, values)
	}
	for _, c := range []struct {
		text, want string
		form       Rates
	}{
		{"time,load\n0,1\n60,2\n", "requests per s, m or h (per, --per)?", Rates{}},
		{series(`[0, "1"]`), `there are 2 series; choose one, or "all" for their sum (series, --series): {job="a"}, {job="b"}`, Rates{}},
		{series(`[0, "1"]`), `series: there is no "c"; there are {job="a"}, {job="b"}`, Rates{Series: "c"}},
		{series(`[0, "10"], [60, "25"], [120, "31"], [180, "31"], [240, "90"]`), "as those of a counter", Rates{Series: `{job="a"}`}},
		{`{"status": "error", "error": "too many", "data": {}}`, "the query failed: too many", Rates{}},
		{`{"status": "success", "data": {"resultType": "vector", "result": []}}`, "want matrix", Rates{}},
		{"time,rps\n0,1\n60,-2\n", "x:3: rps: the rate", Rates{}},
		{"time,rps\n0,1\n60,many\n", `x:3: rps: "many" is not a rate`, Rates{}},
		{"time,rps\n60,1\n0,2\n", "x:3: time: the instant is not after", Rates{}},
		{"a,rps\n0,1\n", `column "time" or`, Rates{}},
	} {
		_, err := scan(inMemory("x", []byte(c.text)), c.form)
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%.60q: %v, want %s", c.text, err, c.want)
		}
	}
	if err := (Rates{Per: "d"}).Check(); err == nil {
		t.Error("rates per day are read")
	}
}
