package check

import (
	"strings"
	"testing"
)

// TestSharesThatOvershootAreTold: warnings name the limit of α that the formula gives. A machine
// boots for 50 s, and its replica is ready about 11 s later. That takes five control periods of 15
// s, so the dead time is 4 periods.
func TestSharesThatOvershootAreTold(t *testing.T) {
	const base = "name: s\nabout: S.\nduration: 10m\nwarmup: 1m\ncontrol: {period: 15s}\nworkload:\n" +
		"  - {model: wav2vec2, slo: {latency: 1s}, arrivals: {poisson: {rate: 9/s}}}\n" +
		"fleet:\n  - {machine: aws/g4dn.xlarge, max: 2, boot: 50s}\npolicies: [{auto-adjust: {"
	for _, c := range []struct{ params, want string }{
		{"alpha: 0.3", ""}, {"alpha: 1", ""}, {"alpha: 0.3, feedback: ready", ""},
		{"alpha: 1.2", "alpha 1.2 overshoots: after t control periods (1 − alpha)^t of a gap is left"},
		{"alpha: 2", "alpha 2 never settles: after t control periods (1 − alpha)^t of a gap is left, which goes to zero only for 0 < alpha < 2"},
		{"alpha: 0.5, alpha-down: 1.5", "alpha-down 1.5 overshoots"},
		{"alpha: 0.4, feedback: ready", "alpha 0.4 with feedback ready overshoots: capacity ordered for wav2vec2 is ready after a dead time of τ = 4 control periods, and the rule is stable for alpha < 2 sin(π/(2(2τ+1))) = 0.347;"},
		{"alpha: 3, control: lcp", ""},
	} {
		e := load(t, base+c.params+"}}]\n")
		got := strings.Join(e.Warnings(), "\n")
		if c.want == "" && strings.Contains(got, "alpha") || !strings.Contains(got, c.want) {
			t.Errorf("%s: warnings %q, want %q", c.params, got, c.want)
		}
	}
	if got := mistakes(base + "alpha: -1}}]\n"); !strings.Contains(got, "auto-adjust.alpha: -1 is outside (0, 100]") {
		t.Errorf("a negative share: %q", got)
	}
}
