package tune

import (
	"strings"
	"testing"
	"time"

	"wavetank/scenarios/file"
)

// drawn is a scenario of ten replications whose requests are drawn at random. The scenario trace
// replays recorded requests.
const drawn = `
name: s
duration: 1h
warmup: 10m
workload: [{model: resnet, slo: {latency: 1s}, arrivals: {poisson: {rate: 1/s}}}]
fleet: [{machine: aws/g4dn.xlarge, max: 2}]
policies: [greedy]
`

var trace = strings.Replace(drawn, "poisson: {rate: 1/s}", "csv: {file: x.csv, time: t}", 1)

func read(t testing.TB, text string) *file.Scenario {
	t.Helper()
	f, err := file.Read("s.yaml", []byte(text))
	if err != nil || f.Faults.Err() != nil {
		t.Fatal(err, f.Faults)
	}
	return &f.Scenario
}

func TestPartsAreReadAndHalvedWithoutFlags(t *testing.T) {
	const hour, minute = time.Hour, time.Minute
	one := strings.Replace(drawn, "duration", "replications: 1\nduration", 1)
	for _, c := range []struct {
		text, train, test string
		on, judged        Part
	}{
		{drawn, "", "", Part{Last: 4}, Part{First: 5, Last: 9}},
		{one, "", "", Part{}, Part{First: 1, Last: 1}},
		{trace, "", "", Part{Last: 9, Until: 35 * minute}, Part{Last: 9, From: 35 * minute, Until: hour}},
		{drawn, "1-5", "6-15", Part{First: 1, Last: 5}, Part{First: 6, Last: 15}},
		{drawn, "7", "0-6", Part{First: 7, Last: 7}, Part{Last: 6}},
		{drawn, "0h-30m", "30m-2h", Part{Last: 9, Until: 30 * minute}, Part{Last: 9, From: 30 * minute, Until: 2 * hour}},
		{trace, "0.5h-1h", "0-20m", Part{Last: 9, From: 30 * minute, Until: hour}, Part{Last: 9, Until: 20 * minute}},
	} {
		on, judged, err := Split(read(t, c.text), c.train, c.test)
		if err != nil || on != c.on || judged != c.judged {
			t.Errorf("--train %q --test %q: %+v and %+v, %v", c.train, c.test, on, judged, err)
		}
	}
}

func TestWrongPartsAreToldAllAtOnce(t *testing.T) {
	for _, c := range []struct{ train, test, want string }{
		{"0-4", "", "--test: it goes with --train"},
		{"", "0-4", "--train: it goes with --test"},
		{"0-4", "4-9", "--train 0-4 --test 4-9: they overlap"},
		{"0h-30m", "29m-1h", "they overlap"},
		{"0-4", "30m-1h", "one is a span of time, the other is replications"},
		{"4-0", "x", "--train 4-0: the last replication comes before the first\n--test x: want replications"},
		{"30m-20m", "5m", "--train 30m-20m: the span ends before it begins\n--test 5m: want replications"},
		{"0m-10m", "0-100000", "--train 0m-10m: the warm-up of 10m leaves nothing of the span\n--test 0-100000: want replications from 0 to 99999"},
		{"0x-10m", "1-", "--train 0x-10m: \"0x\""},
		{"-5", "0-1", "--train -5: want replications"},
		{"99999999999999999999-1", "0-1", "want replications"},
	} {
		_, _, err := Split(read(t, drawn), c.train, c.test)
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("--train %q --test %q: %v, without %q", c.train, c.test, err, c.want)
		}
	}
}

// TestASpanIsMeasuredAlone: if a run is measured in one span only, the time before the span is a
// warm-up, and the run ends at the end of the span.
func TestASpanIsMeasuredAlone(t *testing.T) {
	s := read(t, drawn)
	for _, c := range []struct {
		part Part
		want string
	}{
		{Part{From: 0, Until: time.Hour}, "duration 1h, warmup 10m"},
		{Part{From: 30 * time.Minute, Until: 2 * time.Hour}, "duration 2h, warmup 30m"},
		{Part{Last: 3}, ""},
	} {
		var list []string
		for _, change := range c.part.Changes(s) {
			list = append(list, change.Path+" "+change.Value)
		}
		if got := strings.Join(list, ", "); got != c.want {
			t.Errorf("%v: %q, want %q", c.part, got, c.want)
		}
	}
}
