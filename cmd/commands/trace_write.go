package commands

import (
	"cmp"
	"fmt"
	"path/filepath"
	"strings"
	"time"

	"wavetank/sim/quantity"
	"wavetank/workload/characterize"
	"wavetank/workload/distribution"
)

// fleetOptions are the flags for the fleet of a synthetic scenario.
type fleetOptions struct {
	model, machine string
	machines       int
	latency        time.Duration
	utilization    float64 // planned utilization; 0: the default of the model
}

// like returns the synthetic scenario of a trace.
func (o fleetOptions) like(t opened, p *characterize.Characteristics, l *characterize.Synthetic) string {
	var b strings.Builder
	writeArrivals(&b, l)
	for _, s := range l.Systems {
		if b.Len() > 0 && s == l.Systems[0] {
			b.WriteString("    system-prompt:\n")
		}
		fmt.Fprintf(&b, "      - {tokens: %d, count: %d, share: %.3g}\n", s.Tokens, s.Variants, s.Share)
	}
	writeDistribution(&b, "    ", "input", l.Input)
	writeDistribution(&b, "    ", "output", l.Output)
	if l.Correlation != 0 {
		fmt.Fprintf(&b, "    correlation: %.3f\n", l.Correlation)
	}
	if s := l.Sessions; s != nil {
		fmt.Fprintf(&b, "    sessions: {mean-requests: %.4g, open: %d}\n", s.Requests, s.Open)
	}
	if talk := l.Talk; talk != nil {
		fmt.Fprintf(&b, "    conversation:\n      context-window: %d\n", talk.Context)
		if talk.ThinkTime.Kind != "" {
			fmt.Fprintf(&b, "      think-time: {mean: %v, distribution: {%s: {scv: %.4g}}}\n", quantity.Duration(talk.Pause.Round(time.Millisecond)), talk.ThinkTime.Kind, talk.ThinkTime.SCV)
		}
		writeDistribution(&b, "      ", "turns", talk.Turns)
		writeDistribution(&b, "      ", "input", talk.Input)
		writeDistribution(&b, "      ", "output", talk.Output)
	}
	return o.scenario("like-", "Resembles the trace", t, p, l, b.String())
}

// replay returns a scenario that replays the trace itself.
func (o fleetOptions) replay(t opened, p *characterize.Characteristics, l *characterize.Synthetic) (string, error) {
	path, err := filepath.Abs(t.path)
	if err != nil {
		return "", err
	}
	var b strings.Builder
	fmt.Fprintf(&b, "    arrivals:\n      %s:\n        file: %q\n", t.format, path)
	// leave out the time before the first request
	if from := t.options.from + time.Duration(p.First); from > 0 {
		fmt.Fprintf(&b, "        from: %v\n", quantity.Duration(from))
	}
	if t.options.until > 0 {
		fmt.Fprintf(&b, "        until: %v\n", quantity.Duration(t.options.until))
	}
	if p.Grid > 0 {
		fmt.Fprintf(&b, "        jitter: %v\n", quantity.Duration(p.Grid))
	}
	if err := t.writeForm(&b); err != nil {
		return "", err
	}
	return o.scenario("replay-", "Replays the trace", t, p, l, b.String()), nil
}

// writeForm writes the keys that say how the trace is read.
func (t opened) writeForm(b *strings.Builder) error {
	key := func(name, value string) {
		if value != "" {
			fmt.Fprintf(b, "        %s: %q\n", name, value)
		}
	}
	assumed := func() {
		a := t.options.answers
		fmt.Fprintf(b, "        first-token: %v\n        per-token: %v\n", quantity.Duration(a.FirstToken), quantity.Duration(a.PerToken))
	}
	c := t.options.columns
	switch t.format {
	case "servegen":
		fmt.Fprintf(b, "        clients: %d\n", t.options.clients)
	case "mooncake":
		assumed()
	case "access-log":
		key("pattern", t.options.pattern)
	case "rates":
		key("series", t.options.rates.Series)
		key("per", t.options.rates.Per)
	case "lengths":
		fmt.Fprintf(b, "        rate: %g/s\n", t.options.rate)
		key("input", c.Input)
		key("output", c.Output)
	case "csv", "jsonl":
		key("time", c.Time)
		key("unit", t.options.unit)
		key("input", c.Input)
		key("output", c.Output)
		key("session", c.Session)
		key("delay", c.Delay)
		if c.Delay != "" {
			assumed()
		}
		key("prefix", c.Prefix)
		if c.Block > 0 {
			fmt.Fprintf(b, "        block-size: %d\n", c.Block)
		}
		if c.Share > 0 {
			fmt.Fprintf(b, "        prefix-share: %g\n", c.Share)
		}
		if c.Disorder > 0 {
			fmt.Fprintf(b, "        sort-within: %v\n", quantity.Duration(c.Disorder))
		}
		if c.SkipEmpty {
			b.WriteString("        skip-empty: true\n")
		}
		conditions, err := t.options.conditions()
		if err != nil {
			return err
		}
		for i, w := range conditions {
			if i == 0 {
				b.WriteString("        where:\n")
			}
			fmt.Fprintf(b, "          %q: %q\n", w.Column, w.Want())
		}
	}
	return nil
}

// scenario returns a scenario file with one stream.
func (o fleetOptions) scenario(prefix, about string, t opened, p *characterize.Characteristics, l *characterize.Synthetic, stream string) string {
	var b strings.Builder
	name := strings.TrimSuffix(filepath.Base(t.path), ".gz")
	name = strings.Map(func(r rune) rune {
		if r >= 'a' && r <= 'z' || r >= '0' && r <= '9' {
			return r
		}
		return '-'
	}, strings.ToLower(strings.TrimSuffix(name, filepath.Ext(name))))
	fmt.Fprintf(&b, "name: %s\nabout: %q\n", prefix+strings.Trim(name, "-"), about+" "+filepath.Base(t.path)+" ("+t.format+").")
	seconds := max(1, (l.Span+time.Second-1).Truncate(time.Second)/time.Second)
	fmt.Fprintf(&b, "duration: %ds\nreplications: 3\n", seconds)
	model, machine, slo, policy := o.model, o.machine, fmt.Sprintf("latency: %v", o.latency), "static-peak"
	if o.latency == 0 {
		slo = "latency: 10s"
	}
	if model == "" && l.Input.Kind != "" && l.Output.Kind != "" {
		model = "llm"
		writeModel(&b, model, cmp.Or(o.utilization, moderate), p)
		if machine == "" {
			machine = "aws/p5.4xlarge"
		}
		if o.latency == 0 {
			slo = "ttft: 2s, tpot: 50ms, percentile: 95"
		}
		if p.Prefix.Hit > 0 {
			policy = "{name: static-peak, allocator: static-peak, router: prefix-aware}"
		}
	}
	if model == "" {
		model = "resnet"
	}
	if model != "llm" && o.utilization > 0 {
		fmt.Fprintf(&b, "planning: {utilization: %g}\n", o.utilization)
	}
	if machine == "" {
		machine = "aws/g4dn.xlarge"
	}
	fmt.Fprintf(&b, "workload:\n  - model: %s\n    slo: {%s}\n%s", model, slo, stream)
	fmt.Fprintf(&b, "fleet:\n  - {machine: %s, max: %d}\npolicies:\n  - %s\n", machine, o.machines, policy)
	return b.String()
}

// moderate is the planned utilization of LLM replicas. Close to the full throughput, a small
// difference in load would make a large difference in waiting times.
const moderate = 0.5

// writeModel writes an LLM whose context holds the longest request of the trace, and the lengths
// for which it is planned.
func writeModel(b *strings.Builder, name string, utilization float64, p *characterize.Characteristics) {
	context := 16384
	for context < min(p.Input.Max()+p.Output.Max(), distribution.LargestCount) {
		context *= 2
	}
	fmt.Fprintf(b, "planning: {utilization: %g, input: %.0f, output: %.0f}\n", utilization, max(1, p.Input.Mean()), max(1, p.Output.Mean()))
	fmt.Fprintf(b, `models:
  - name: %s
    variants:
      - name: llama-3.1-8b
        accuracy: 69.4
        weights: 16060MB
        devices:
          - device: h100
            cores: 4
            memory: 24GiB
            gpu-memory: 80GiB
            tokens:
              step-time: llama-3.1-8b/h100/1
              max-model-len: %d
              architecture: {layers: 32, hidden-size: 4096, heads: 32, kv-heads: 8, intermediate-size: 14336, vocab-size: 128256}
`, name, context)
}

func writeArrivals(b *strings.Builder, l *characterize.Synthetic) {
	indent := "      "
	b.WriteString("    arrivals:\n")
	if l.Bulk > 1 {
		fmt.Fprintf(b, "      bulk:\n        mean-size: %.4g\n        arrivals:\n", l.Bulk)
		indent = "          "
	}
	gaps, gamma := fmt.Sprintf("gaps: {%s: {scv: %.4g}}", l.Gaps.Kind, l.Gaps.SCV), l.Gaps.Kind == "gamma"
	if gamma {
		gaps = fmt.Sprintf("cv: %.3g", l.Gaps.CV())
	}
	if len(l.Rates) == 1 {
		kind := "renewal"
		if gamma {
			kind = "gamma"
		}
		fmt.Fprintf(b, "%s%s: {rate: %.6g/s, %s}\n", indent, kind, l.Rates[0], gaps)
		return
	}
	fmt.Fprintf(b, "%ssteps:\n%s  step: %s\n%s  %s\n%s  rates: [", indent, indent, quantity.Duration(l.Step), indent, gaps, indent)
	for i, r := range l.Rates {
		if i > 0 {
			b.WriteString(",")
			if i%12 == 0 {
				fmt.Fprintf(b, "\n%s   ", indent)
			}
			b.WriteString(" ")
		}
		fmt.Fprintf(b, "%.4g/s", r)
	}
	b.WriteString("]\n")
}

// writeDistribution writes a distribution of lengths or turns.
func writeDistribution(b *strings.Builder, indent, name string, l characterize.LengthDistribution) {
	switch l.Kind {
	case "fixed":
		fmt.Fprintf(b, "%s%s: {fixed: {value: %d}}\n", indent, name, l.Value)
	case "lognormal":
		fmt.Fprintf(b, "%s%s: {lognormal: {mean: %.6g, sd: %.6g, min: %d, max: %d}}\n", indent, name, l.Mean, l.SD, l.Min, l.Max)
	case "histogram":
		fmt.Fprintf(b, "%s%s:\n%s  histogram:\n%s    bins:\n", indent, name, indent, indent)
		for _, bin := range l.Bins {
			fmt.Fprintf(b, "%s      - {from: %d, to: %d, share: %.4g}\n", indent, bin.From, bin.To, bin.Share)
		}
	}
}
