package store

import "wavetank/metrics/rows"

// record is a row of results.parquet.
type record struct {
	Scenario    string  `parquet:"scenario,dict"`
	Policy      string  `parquet:"policy,dict"`
	Replication int64   `parquet:"replication"`
	Scope       string  `parquet:"scope,dict"`
	Metric      string  `parquet:"metric,dict"`
	Unit        string  `parquet:"unit,dict"`
	Value       float64 `parquet:"value" unit:"column unit"`
}

// shared is a row of quantiles.parquet.
type shared struct {
	record
	Share float64 `parquet:"share" unit:"1"`
}

// together is a row of pooled.parquet.
type together struct {
	record
	Low  float64 `parquet:"low" unit:"column unit"`
	High float64 `parquet:"high" unit:"column unit"`
}

func recordOf(r rows.Row) record {
	return record{r.Scenario, r.Policy, int64(r.Replication), r.Scope, r.Metric, r.Unit, r.Value}
}

func (r record) row() rows.Row {
	return rows.Row{Scenario: r.Scenario, Policy: r.Policy, Replication: int(r.Replication),
		Measurement: rows.Measurement{Scope: r.Scope, Metric: r.Metric, Unit: r.Unit, Value: r.Value}}
}

func sharedOf(q rows.Quantile) shared { return shared{recordOf(q.Row), q.Share} }

func (s shared) quantile() rows.Quantile { return rows.Quantile{Row: s.row(), Share: s.Share} }

func togetherOf(p rows.Pooled) together { return together{recordOf(p.Row), p.Low, p.High} }

func (t together) pooled() rows.Pooled {
	return rows.Pooled{Row: t.row(), Low: t.Low, High: t.High}
}

// recordColumns returns the columns of a record that is part of a T.
func recordColumns[T any](of func(*T) *record) []column[T] {
	return []column[T]{
		{text: func(t *T) *string { return &of(t).Scenario }}, {text: func(t *T) *string { return &of(t).Policy }},
		{whole: func(t *T) *int64 { return &of(t).Replication }},
		{text: func(t *T) *string { return &of(t).Scope }}, {text: func(t *T) *string { return &of(t).Metric }}, {text: func(t *T) *string { return &of(t).Unit }},
		{number: func(t *T) *float64 { return &of(t).Value }},
	}
}

func (record) columns() []column[record] { return recordColumns(func(r *record) *record { return r }) }

func (shared) columns() []column[shared] {
	return append(recordColumns(func(s *shared) *record { return &s.record }), column[shared]{number: func(s *shared) *float64 { return &s.Share }})
}

func (together) columns() []column[together] {
	return append(recordColumns(func(t *together) *record { return &t.record }),
		column[together]{number: func(t *together) *float64 { return &t.Low }}, column[together]{number: func(t *together) *float64 { return &t.High }})
}
