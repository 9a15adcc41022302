package store

import (
	"errors"
	"math"
	"path/filepath"
	"strings"
	"testing"

	"wavetank/metrics/rows"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"
)

var sweepLayout = Layout{Swept: true, Derived: []string{"settings.csv"}}

// swept draws the results of a sweep over a path with numbers and one with texts.
func drawSweep(t *rapid.T) Archive {
	r := Archive{Manifest: small().Manifest}
	r.Manifest.Sweep = &SweepDesign{Varied: []string{"fleet[0].max", `machines["a,b"].price`}}
	value := rapid.OneOf(rapid.Float64(), rapid.SampledFrom([]float64{math.NaN(), math.Inf(1)}))
	for _, v := range [][]string{{"2", "1 $/h"}, {"4.50", "1 $/h"}, {"4.50", "x"}} {
		s := SettingRows{}
		for range rapid.IntRange(0, 3).Draw(t, "rows") {
			row := rows.Row{Scenario: "s", Policy: rapid.String().Draw(t, "policy"), Replication: rapid.IntRange(0, 9).Draw(t, "replication"),
				Measurement: rows.Measurement{Scope: "all", Metric: "cost", Unit: "$", Value: value.Draw(t, "value")}}
			s.Rows = append(s.Rows, row)
			s.Pooled = append(s.Pooled, rows.Pooled{Row: row, Low: value.Draw(t, "low"), High: value.Draw(t, "high")})
		}
		r.Settings = append(r.Settings, s)
		r.Manifest.Sweep.Settings = append(r.Manifest.Sweep.Settings, SweepSetting{Values: v, Policies: []string{"p"}, Replications: 3, Objectives: []rows.Objective{{Scope: "all", Name: "n", Percent: 99}}})
	}
	return r
}

// TestSweptColumnsSurvive: what is decoded equals what was encoded.
func TestSweptColumnsSurvive(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		want := drawSweep(t)
		got := Archive{Manifest: want.Manifest}
		for _, f := range sweepFiles[1:] {
			data, err := f.encode(&want)
			if err == nil {
				err = f.decode(data, &got)
			}
			if err != nil {
				t.Fatal(err)
			}
		}
		if diff := cmp.Diff(want, got, cmpopts.EquateNaNs()); diff != "" {
			t.Fatal(diff)
		}
	})
}

// TestSweepsAreStored: a folder is read as what was written, and only as a sweep.
func TestSweepsAreStored(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "sweep")
	want := rapid.Custom(drawSweep).Example(1)
	f, err := sweepLayout.Lock(dir, want.Manifest.Hash())
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(f.Write(want, []FileData{{"settings.csv", []byte("x\n")}}, func() []FileData { return nil }), f.Release()); err != nil {
		t.Fatal(err)
	}
	got, err := sweepLayout.Read(dir)
	if diff := cmp.Diff(want, got, cmpopts.EquateNaNs()); err != nil || diff != "" {
		t.Fatal(err, diff)
	}
	if _, err := layout.Read(dir); err == nil || !strings.Contains(err.Error(), "it holds a sweep, not a run") || !IsSweep(dir) {
		t.Errorf("read as a run: %v", err)
	}
}

// TestSweepCSV: the varied values are columns.
func TestSweepCSV(t *testing.T) {
	r := Archive{
		Manifest: Manifest{Sweep: &SweepDesign{Varied: []string{"router", "fleet[0].max"}, Settings: []SweepSetting{{Values: []string{"p2c", "3"}}, {Values: []string{"{a: 1, b: 2}", "4"}}}}},
		Settings: []SettingRows{
			{Rows: []rows.Row{{Scenario: "s", Policy: "lp", Replication: 1, Measurement: rows.Measurement{Scope: "all", Metric: "cost", Unit: "$", Value: 0.25}}}},
			{Rows: []rows.Row{{Scenario: "s", Policy: "lp", Measurement: rows.Measurement{Scope: "all", Metric: "latency_p99", Unit: "s", Value: math.Inf(1)}}}},
		},
	}
	got, err := encodeSweepCSV(&r)
	want := "scenario,setting,router,fleet[0].max,policy,replication,scope,metric,unit,value\n" +
		"s,1,p2c,3,lp,1,all,cost,$,0.25\n" +
		"s,2,\"{a: 1, b: 2}\",4,lp,0,all,latency_p99,s,+Inf\n"
	if err != nil || string(got) != want {
		t.Errorf("got %q, %v; want %q", got, err, want)
	}
}

// TestDamagedSweepsAreNoticed: bytes of another file are an error, not a panic.
func TestDamagedSweepsAreNoticed(t *testing.T) {
	sweep := &SweepDesign{Varied: []string{"seed"}, Settings: []SweepSetting{{Values: []string{"1"}}}}
	other, err := EncodeParquet(Origin{}, []rows.Row{{Scenario: "s"}}, recordOf)
	if err != nil {
		t.Fatal(err)
	}
	for _, data := range [][]byte{nil, []byte("PAR1"), other} {
		into := Archive{Manifest: Manifest{Sweep: sweep}}
		if err := sweepFiles[1].decode(data, &into); err == nil {
			t.Errorf("%d bytes are read as a sweep", len(data))
		}
	}
}
