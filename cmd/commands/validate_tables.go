package commands

import (
	"fmt"

	"wavetank/reports/tables"
	"wavetank/scenarios/validation"
)

// quantityColumns are the columns of the tables of quantities.
func quantityColumns() []tables.DataColumn {
	return tables.ColumnsOf("family", "Family", "system", "System", "quantity", "Quantity", "claimed", "Claimed", "exact", "Exact", "simulated", "Simulated",
		"half", "±", "customers", "Customers", "z", "z", "verdict", "Verdict")
}

// quantitiesTable has a row for each quantity that is compared with theory. Those of the negative
// control have the family "control: …".
func quantitiesTable(result validation.Report, control *validation.Report) tables.Output {
	d := tables.Data{Key: "quantities", Title: "Comparison with queueing theory", Columns: quantityColumns()}
	add := func(prefix string, r *validation.Report) {
		for i := range r.Rows {
			v := &r.Rows[i]
			d.Add(prefix+v.System.Family, v.System.Params, v.Quantity, nil, v.Exact, v.Mean, v.Half, v.Customers, v.Score, v.Verdict())
		}
	}
	add("", &result)
	out := tables.Output{}
	if control != nil {
		add("control: ", control)
		out.After = []string{fmt.Sprintf("Negative control: service is %.0f %% slower than the theory assumes; %d of %d headline scores lie beyond their 95 %% point, where chance alone gives %d to %d.",
			100*(validation.Perturbation-1), control.Beyond, control.Headlines, control.Fewest, control.Most)}
	}
	out.Data = []tables.Data{d}
	return out
}

// claimsTable has a row for each value of a table of theory.
func claimsTable(j *validation.Judgement) tables.Output {
	d := tables.Data{Key: "quantities", Title: "Comparison of a table with formulas and simulations", Columns: quantityColumns()}
	for i := range j.Claims {
		c := &j.Claims[i]
		row := []any{c.Family, c.Params, c.Quantity, tables.Shown{Value: c.Value, Text: c.Text}, nil, nil, nil, nil, nil, c.Verdict()}
		if c.Fault == nil {
			row[4] = c.Exact
		}
		if c.Row != nil {
			copy(row[5:], []any{c.Row.Mean, c.Row.Half, c.Row.Customers, c.Row.Score})
		}
		d.Add(row...)
	}
	return tables.Output{Data: []tables.Data{d}}
}

// coverageTable has a row for each metric of each policy.
func coverageTable(c *validation.Coverage) tables.Output {
	d := tables.Data{Key: "coverage", Title: fmt.Sprintf("How often intervals of %d of %d replications of %s hold the true value", c.Group, c.Replications, c.Scenario),
		Columns: tables.ColumnsOf("policy", "Policy", "metric", "Metric", "difference", "Difference", "truth", "Truth", "groups", "Groups", "held", "Held",
			"too_low", "Too low", "too_high", "Too high", "none", "None")}
	for _, l := range c.Lines {
		d.Add(l.Policy, l.Metric, l.Difference, l.Truth, l.Groups, l.Held, l.Below, l.Above, l.None)
	}
	return tables.Output{Data: []tables.Data{d}}
}
