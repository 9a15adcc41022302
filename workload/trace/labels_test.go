package trace

import (
	"fmt"
	"testing"

	"wavetank/sim/fleet"
	"wavetank/workload/table"
)

func TestColumnsOfClassesAndTenants(t *testing.T) {
	c := Columns{
		JSON: true, Time: "t", Class: "c", Tenant: "u", Where: []table.Condition{must(table.NewCondition("ok", "!=0"))}, Failed: true, Output: "out",
	}
	rows := `{"t":0,"c":"b","u":7,"out":1,"ok":1}` + "\n" + `{"t":1,"c":"left out","u":8,"out":1,"ok":0}` + "\n" +
		`{"t":2,"c":"failed","u":8,"out":0,"ok":1}` + "\n" + `{"t":3,"c":"","u":"a, b","out":1,"ok":1}` + "\n" + `{"t":4,"c":"b","u":7,"out":1,"ok":1}` + "\n"
	f := table.OnDisk(write(t, "x.jsonl", rows, false))
	sum, err := c.Scan(f)
	if err != nil || fmt.Sprintf("%q", *sum.Names) != `{["b" ""] ["7" "a, b"]}` {
		t.Errorf("found %q, %v", *sum.Names, err)
	}
	if unused, err := c.Unused(f); err != nil || len(unused) > 0 {
		t.Errorf("unused %v, %v", unused, err)
	}
	c.Classes, c.Tenants = map[string]fleet.ClassID{"b": 4, "": 2}, map[string]fleet.TenantID{"7": 9, "a, b": 70_000}
	for i, r := range take(t, must(OpenTable(lane("a"), f, c)), 9) {
		if want := []fleet.Request{{Class: 4, Tenant: 9}, {Class: 2, Tenant: 70_000}, {Class: 4, Tenant: 9}}[i]; r.Class != want.Class || r.Tenant != want.Tenant {
			t.Errorf("request %d is %+v, want %+v", i, r, want)
		}
	}
	delete(c.Tenants, "a, b")
	_, err = c.Scan(f)
	mentions(t, err, "x.jsonl:4", `no tenant is given for "a, b"`)
	_, err = c.Scan(table.OnDisk(write(t, "x.jsonl", rows+`{"t":5,"u":7,"out":1,"ok":1}`+"\n", false)))
	mentions(t, err, "2 bad lines")
}

func TestTooManyNamesAreAFault(t *testing.T) {
	var found []string
	l := newLabel[fleet.TenantID]("tenant", nil, &found)
	for i := range mostNames {
		if _, err := l.of(fmt.Append(nil, i)); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := l.of([]byte("0")); err != nil || len(found) != mostNames {
		t.Errorf("%d names, %v", len(found), err)
	}
	_, err := l.of([]byte("more"))
	mentions(t, err, `"more"`, "100000")
}
