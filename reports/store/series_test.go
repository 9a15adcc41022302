package store

import (
	"bytes"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"

	"wavetank/metrics/rows"
)

// drawSeries draws time series with different labels, some with the same steps.
func drawSeries(t *rapid.T) []rows.TimeSeries {
	text := rapid.SampledFrom([]string{"", "a", "b", "ä,\n"})
	one := rapid.Custom(func(t *rapid.T) rows.TimeSeries {
		s := rows.TimeSeries{Scenario: "day", Policy: text.Draw(t, "policy"), Replication: rapid.IntRange(0, 1<<40).Draw(t, "replication"),
			Scope: text.Draw(t, "scope"), Metric: text.Draw(t, "metric"), Unit: text.Draw(t, "unit")}
		for i := range rapid.IntRange(1, 5).Draw(t, "steps") {
			s.Ends, s.Values = append(s.Ends, float64(i+1)*15), append(s.Values, rapid.Float64().Draw(t, "value"))
		}
		return s
	})
	label := func(s rows.TimeSeries) rows.Row {
		return rows.Row{Scenario: s.Scenario, Policy: s.Policy, Replication: s.Replication, Measurement: rows.Measurement{Scope: s.Scope, Metric: s.Metric, Unit: s.Unit}}
	}
	return rapid.SliceOfNDistinct(one, 0, 10, label).Draw(t, "series")
}

func TestTimeSeriesSurviveParquet(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		want := drawSeries(t)
		data, err := encodeSeries(Origin{}, want)
		if err != nil {
			t.Fatal(err)
		}
		got, err := decodeSeries(data)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, got, cmpopts.EquateNaNs(), cmpopts.EquateEmpty()); diff != "" {
			t.Fatal(diff)
		}
	})
}

// TestLongTimeSeriesSurviveParquet has more values than a row group.
func TestLongTimeSeriesSurviveParquet(t *testing.T) {
	var want []rows.TimeSeries
	for replication := range 3 {
		s := rows.TimeSeries{Policy: "p", Replication: replication, Scope: "all", Metric: "demand", Unit: "1/s"}
		for i := range rowGroup*2/3 + 1 {
			s.Ends, s.Values = append(s.Ends, float64(i)), append(s.Values, float64(i%7+replication))
		}
		want = append(want, s)
	}
	data, err := encodeSeries(Origin{}, want)
	if err != nil {
		t.Fatal(err)
	}
	got, err := decodeSeries(data)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

// TestTimeSeriesMayBeMixed reads a file that is in the order of time, as files of earlier versions
// are.
func TestTimeSeriesMayBeMixed(t *testing.T) {
	want := small().Series[:2]
	list := rows.Samples(want)
	slices.SortStableFunc(list, func(a, b rows.Sample) int { return int(a.Seconds - b.Seconds) })
	data, err := EncodeParquet(Origin{}, list, func(s rows.Sample) timed { return timed{recordOf(s.Row), s.Seconds} })
	if err != nil {
		t.Fatal(err)
	}
	got, err := decodeSeries(data)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestDamagedTimeSeriesAreTold(t *testing.T) {
	data, err := encodeSeries(Origin{}, small().Series)
	if err != nil {
		t.Fatal(err)
	}
	rapid.Check(t, func(t *rapid.T) {
		damaged := bytes.Clone(data)
		for range rapid.IntRange(1, 4).Draw(t, "bytes") {
			damaged[rapid.IntRange(0, len(data)-1).Draw(t, "at")] = rapid.Byte().Draw(t, "value")
		}
		if _, err := decodeSeries(damaged); err != nil && err.Error() == "" {
			t.Fatal("an error without words")
		}
	})
	if _, err := decodeSeries([]byte("nothing")); err == nil || !strings.Contains(err.Error(), "not a Parquet file") {
		t.Errorf("got error %v", err)
	}
}

func BenchmarkSeries(b *testing.B) {
	var list []rows.TimeSeries
	for i := range 2000 {
		s := rows.TimeSeries{Scenario: "day", Policy: string(rune('a' + i/250)), Replication: i % 10, Scope: "all", Metric: string(rune('A' + i/10%25)), Unit: "1"}
		for k := range 240 {
			s.Ends, s.Values = append(s.Ends, float64(15*k)), append(s.Values, float64(i*k%1000)/7)
		}
		list = append(list, s)
	}
	data, err := encodeSeries(Origin{}, list)
	if err != nil {
		b.Fatal(err)
	}
	b.Run("encode", func(b *testing.B) {
		for b.Loop() {
			if _, err := encodeSeries(Origin{}, list); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("decode", func(b *testing.B) {
		for b.Loop() {
			if _, err := decodeSeries(data); err != nil {
				b.Fatal(err)
			}
		}
	})
}
