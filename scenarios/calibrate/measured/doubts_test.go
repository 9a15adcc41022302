package measured

import (
	"strings"
	"testing"
)

func TestTimesPerTokenThatContradictWholeTimesAreTold(t *testing.T) {
	for text, want := range map[string]string{
		"output,ttft,tpot,e2e\n11,1,0.1,2\n":    "",
		"output,ttft,tpot,e2e\n10,1,0.2,2\n":    "is +40 % off e2e",
		"output,ttft,tpot,e2e\n1,1,5,1\n":       "", // no token after the first
		"output,ttft,e2e\n10,1,2\n":             "",
		"output,ttft,tpot,e2e\n10,soon,0.2,2\n": "",
	} {
		got := Contradiction(read(t, text))
		if want == "" && got != "" || !strings.Contains(got, want) {
			t.Errorf("%q: %q, want %q", text, got, want)
		}
	}
}

func TestLogsWithoutStreamingAreTold(t *testing.T) {
	whole := []LoggedRequest{{First: 2, Last: 2, Output: 9}, {Sent: 1, First: 1.5, Last: 1.5, Output: 1}}
	if !OnlyWholeTimes(whole) {
		t.Error("first tokens come with the last ones")
	}
	if OnlyWholeTimes(append(whole, LoggedRequest{First: 1, Last: 2, Output: 3})) || OnlyWholeTimes([]LoggedRequest{{First: 1, Last: 1, Output: 1}}) {
		t.Error("a first token that comes before the last is not seen")
	}
	WithoutFirstTokens(whole)
	if OnlyWholeTimes(whole) || whole[0].First != 0 {
		t.Errorf("%+v", whole)
	}
}

func TestFailedRequestsAndUnusedFactsOfPointsAreTold(t *testing.T) {
	known := LengthSummary{Mean: 5, Shares: []float64{0.5}, Tokens: []float64{5}}
	points := []LoadPoint{{Name: "a", Input: known, Output: known, Failed: 0.01}, {Name: "b", Input: LengthSummary{Mean: 5}, Output: known, Failed: 0.02, Burstiness: 0.5, Rate: 1}}
	if list := Failures(points); len(list) != 1 || list[0] != "b: 2 % of the requests failed" {
		t.Errorf("%q", list)
	}
	if list := Doubts(points); len(list) != 2 || !strings.HasPrefix(list[0], "1 of 2 points") || !strings.HasPrefix(list[1], "a burstiness of 0.5") {
		t.Errorf("%q", list)
	}
}
