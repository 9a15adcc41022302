package commands

import (
	"context"
	"fmt"
	"io"
	"math"
	"slices"
	"text/tabwriter"

	"wavetank/scenarios"
	"wavetank/scenarios/file"
	"wavetank/workload/characterize"
)

// judged are the metrics by which a trace and its synthetic scenario are compared.
var judged = []struct{ name, unit string }{
	{"throughput", "1/s"}, {"total_tokens", "1/s"}, {"output_tokens", "1/s"}, {"ttft_mean", "s"}, {"ttft_p50", "s"}, {"ttft_p99", "s"}, {"tpot_mean", "s"}, {"tpot_p99", "s"},
	{"latency_mean", "s"}, {"latency_p99", "s"}, {"prefix_hits", "%"}, {"machines", "1"},
}

// times is the number of simulations of the trace, and of the synthetic scenario.
const times = 10

// judge simulates a trace and its synthetic scenario on one fleet, and prints the results: means
// over replications, and the least and the largest value of the synthetic scenario. Both fleets
// have the number of machines that the trace gets at the start.
func (o fleetOptions) judge(ctx context.Context, out io.Writer, t opened, p *characterize.Characteristics, l *characterize.Synthetic) error {
	sized, err := o.replayed(ctx, t, p, l)
	if err != nil {
		return err
	}
	o.machines, o.utilization = max(1, int(math.Ceil(mean(sized["machines"])-1e-9))), 0.01
	trace, err := o.replayed(ctx, t, p, l)
	if err != nil {
		return err
	}
	synthetic, err := simulated(ctx, "fit", o.like(t, p, l))
	if err != nil {
		return err
	}
	w := tabwriter.NewWriter(out, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintf(w, "\nsimulated %d times\ttrace\tsynthetic\tdifference\tleast\tmost\t\n", times)
	for _, m := range judged {
		a, b := trace[m.name], synthetic[m.name]
		if len(a) == 0 || len(b) == 0 {
			continue
		}
		difference := "–"
		if d := 100 * (mean(b)/mean(a) - 1); math.Abs(d) < 1e6 {
			difference = fmt.Sprintf("%+.1f %%", d)
		}
		fmt.Fprintf(w, "%s, %s\t%s\t%s\t%s\t%s\t%s\t\n", m.name, m.unit, short(mean(a)), short(mean(b)), difference, short(slices.Min(b)), short(slices.Max(b)))
	}
	return w.Flush()
}

func mean(values []float64) (sum float64) {
	for _, v := range values {
		sum += v / float64(len(values))
	}
	return sum
}

// replayed simulates the trace itself.
func (o fleetOptions) replayed(ctx context.Context, t opened, p *characterize.Characteristics, l *characterize.Synthetic) (map[string][]float64, error) {
	text, err := o.replay(t, p, l)
	if err != nil {
		return nil, input(err)
	}
	return simulated(ctx, "replay", text)
}

// simulated returns each metric of the whole fleet, one value per replication.
func simulated(ctx context.Context, name, text string) (map[string][]float64, error) {
	f, err := file.Read(name, []byte(text))
	if err == nil {
		f.Scenario.Replications = times
	}
	if err != nil {
		return nil, err
	}
	e, err := scenarios.Prepare(f)
	if err != nil {
		return nil, input(err)
	}
	r, err := e.Run(ctx, scenarios.RunOptions{Parallel: 1})
	if err != nil {
		return nil, err
	}
	values := map[string][]float64{}
	for _, row := range r.Rows {
		if row.Scope == "all" {
			values[row.Metric] = append(values[row.Metric], row.Value)
		}
	}
	return values, nil
}
