package file

import (
	"fmt"
	"time"

	"wavetank/scenarios/strict"
	"wavetank/sim/quantity"
)

// MachinePrice is a price that is fixed or follows a table over time, or one of the prices of the
// catalogue.
type MachinePrice struct {
	overTime[quantity.Price, PriceTable]
	Offer Offer // empty: see Fixed and Table
}

// Offer names a price of a machine in the catalogue other than that on demand.
type Offer string

// The offers of the catalogue.
const (
	SpotOffer     Offer = "spot"
	ReservedOffer Offer = "reserved"
)

// DecodeNode implements strict.NodeDecoder: the name of an offer, a quantity or a table.
func (p *MachinePrice) DecodeNode(n *strict.Node, d *strict.Decoder) {
	*p = MachinePrice{}
	if offer := Offer(n.Text()); n.Shape() == strict.Text && (offer == SpotOffer || offer == ReservedOffer) {
		p.Offer = offer
		return
	}
	p.overTime.DecodeNode(n, d)
}

// Shapes implements strict.Shaper.
func (p MachinePrice) Shapes() []any {
	return append(p.overTime.Shapes(), strict.RawSchema{"enum": []any{string(SpotOffer), string(ReservedOffer)}})
}

// EncodeValue implements strict.ValueEncoder.
func (p MachinePrice) EncodeValue() any {
	if p.Offer != "" {
		return string(p.Offer)
	}
	return p.overTime.EncodeValue()
}

// Carbon is the carbon intensity of the energy. It is fixed or follows a table over time.
type Carbon struct {
	overTime[quantity.Intensity, CarbonTable]
}

// overTime is a quantity that is fixed or follows a table over time.
type overTime[Q ~float64, T any] struct {
	Fixed *Q // nil: see Table
	Table T
}

// DecodeNode implements strict.NodeDecoder: a quantity, or a table.
func (o *overTime[Q, T]) DecodeNode(n *strict.Node, d *strict.Decoder) {
	*o = overTime[Q, T]{}
	if n.Shape() == strict.Mapping {
		d.Decode(n, &o.Table)
		return
	}
	o.Fixed = new(Q)
	d.Decode(n, o.Fixed)
}

// Shapes implements strict.Shaper.
func (o overTime[Q, T]) Shapes() []any { return []any{*new(Q), *new(T)} }

// EncodeValue implements strict.ValueEncoder.
func (o overTime[Q, T]) EncodeValue() any {
	if o.Fixed != nil {
		return *o.Fixed
	}
	return o.Table
}

// Check implements strict.Checker.
func (o *overTime[Q, T]) Check(_ *strict.Node, report func(path, message string)) {
	if o.Fixed != nil && *o.Fixed < 0 {
		report("", fmt.Sprintf("%v is negative", *o.Fixed))
	}
}

// PriceTable is a price over time. Its rows are in a file or in the scenario.
type PriceTable struct {
	File string     `yaml:"file,omitempty" doc:"table with the columns time and price, in $/h; path relative to the scenario file"`
	Rows []PriceRow `yaml:"rows,omitempty" doc:"the rows themselves, instead of a file"`
}

// PriceRow is the price of a machine from an instant on.
type PriceRow struct {
	Time  quantity.Duration `yaml:"time,required" doc:"instant since the start of the run; the price holds until the next row"`
	Price quantity.Price    `yaml:"price,required" doc:"price per machine"`
}

// Check implements strict.Checker.
func (t *PriceTable) Check(_ *strict.Node, report func(path, message string)) {
	checkTable(report, t.File, len(t.Rows))
	t.Timeline().check(report, "price", func(v float64) any { return quantity.Price(v) })
}

// Timeline returns the rows that are in the scenario.
func (t *PriceTable) Timeline() (list Timeline) {
	for _, r := range t.Rows {
		list = append(list, TimelinePoint{r.Time, float64(r.Price)})
	}
	return list
}

// CarbonTable is a carbon intensity over time. Its rows are in a file or in the scenario.
type CarbonTable struct {
	File string      `yaml:"file,omitempty" doc:"table with the columns time and intensity, in g/kWh; path relative to the scenario file"`
	Rows []CarbonRow `yaml:"rows,omitempty" doc:"the rows themselves, instead of a file"`
}

// CarbonRow is the carbon intensity from an instant on.
type CarbonRow struct {
	Time      quantity.Duration  `yaml:"time,required" doc:"instant since the start of the run; the intensity holds until the next row"`
	Intensity quantity.Intensity `yaml:"intensity,required" doc:"CO2 for a unit of energy"`
}

// Check implements strict.Checker.
func (t *CarbonTable) Check(_ *strict.Node, report func(path, message string)) {
	checkTable(report, t.File, len(t.Rows))
	t.Timeline().check(report, "intensity", func(v float64) any { return quantity.Intensity(v) })
}

// Timeline returns the rows that are in the scenario.
func (t *CarbonTable) Timeline() (list Timeline) {
	for _, r := range t.Rows {
		list = append(list, TimelinePoint{r.Time, float64(r.Intensity)})
	}
	return list
}

// Timeline holds the rows of any table over time that is in the scenario.
type Timeline []TimelinePoint

// TimelinePoint is a value from an instant on, in the unit of the table.
type TimelinePoint struct {
	Time  quantity.Duration
	Value float64
}

// check reports rows that are out of order, and numbers below 0.
func (list Timeline) check(report func(path, message string), key string, quantity func(float64) any) {
	for i, r := range list {
		switch {
		case r.Time < 0:
			report(fmt.Sprintf("rows[%d].time", i), fmt.Sprintf("%v is before the start", r.Time))
		case i > 0 && r.Time <= list[i-1].Time:
			report(fmt.Sprintf("rows[%d].time", i), fmt.Sprintf("%v is not after the row before, %v", r.Time, list[i-1].Time))
		}
		if r.Value < 0 {
			report(fmt.Sprintf("rows[%d].%s", i, key), fmt.Sprintf("%v is negative", quantity(r.Value)))
		}
	}
}

// checkTable reports a table that has neither a file nor rows, or both.
func checkTable(report func(path, message string), file string, rows int) {
	switch {
	case file != "" && rows > 0:
		report("rows", "a table has either a file or rows, not both")
	case file == "" && rows == 0:
		report("file", "no file is named, and there are no rows")
	}
}

// Billing is a unit of time that is paid in full once it has begun.
type Billing string

// Choices implements strict.Chooser.
func (Billing) Choices() []string { return []string{"second", "minute", "hour"} }

// Unit returns the length of the unit.
func (b Billing) Unit() time.Duration {
	switch b {
	case "minute":
		return time.Minute
	case "hour":
		return time.Hour
	}
	return 0
}
