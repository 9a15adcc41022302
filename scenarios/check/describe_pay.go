package check

import (
	"fmt"
	"strings"
	"time"

	"wavetank/scenarios/wording"
	"wavetank/sim/fleet"
	"wavetank/sim/kernel"
)

// describePay lists the machine types that are not paid for by the second at one price, and the
// types with machines that are always rented or paid for. It also writes the carbon intensity. It
// writes nothing for other types.
func (e *Review) describePay(text *strings.Builder) {
	for t := range e.Spec.Types {
		kind := &e.Spec.Types[t]
		var parts []string
		if kind.Min > 0 {
			parts = append(parts, fmt.Sprintf("at least %s rented", wording.Count(int64(kind.Min))))
		}
		if kind.Reserved > 0 {
			parts = append(parts, fmt.Sprintf("%s paid always", wording.Count(int64(kind.Reserved))))
		}
		if kind.Billing > 0 {
			parts = append(parts, "every started "+map[time.Duration]string{time.Minute: "minute", time.Hour: "hour"}[kind.Billing]+" paid whole")
		}
		if len(kind.Prices) > 0 {
			parts = append(parts, "price "+e.overTime(kind.Prices, kind.Price)+" $/h")
		}
		if len(parts) > 0 {
			fmt.Fprintf(text, "# Machine %s: %s\n", kind.Name, strings.Join(parts, ", "))
		}
	}
	if c := e.Spec.Carbon; len(c) > 0 {
		fmt.Fprintf(text, "# Carbon intensity: %s g/kWh\n", e.overTime(c, 0))
	}
}

// overTime writes the range and the mean of a timeline in a run. before is the value before its
// first point.
func (e *Review) overTime(line fleet.Timeline, before float64) string {
	end := kernel.Time(e.Scenario.Duration)
	value, since, sum := line.At(0, before), kernel.Time(0), 0.0
	least, most := value, value
	for _, p := range line {
		if p.From > 0 && p.From < end {
			sum += value * p.From.Sub(since).Seconds()
			value, since = p.Value, p.From
			least, most = min(least, value), max(most, value)
		}
	}
	if least == most {
		return wording.Digits(least)
	}
	mean := (sum + value*end.Sub(since).Seconds()) / end.Sub(0).Seconds()
	return fmt.Sprintf("%s to %s over time, mean %s", wording.Digits(least), wording.Digits(most), wording.Digits(mean))
}
