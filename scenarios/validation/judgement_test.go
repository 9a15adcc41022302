package validation

import (
	"context"
	"errors"
	"os"
	"slices"
	"strings"
	"testing"

	"wavetank/scenarios/theory"
)

func read(t *testing.T, text string) []Claim {
	t.Helper()
	claims, err := ReadClaims("t.csv", strings.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	return claims
}

func TestClaimsAreReadByTheirColumns(t *testing.T) {
	claims := read(t, "\ufeffvalue, quantity,note,params,model\n2,W,,lam=0.5;mu=1,M/M/1\n0.5,rho,\"a\nb\",\"lam=0.5;mu=1\",M/M/1\n")
	want := []Claim{{2, "M/M/1", "lam=0.5;mu=1", "W", "2", 2}, {3, "M/M/1", "lam=0.5;mu=1", "rho", "0.5", 0.5}}
	if len(claims) != 2 || claims[0] != want[0] || claims[1] != want[1] {
		t.Errorf("the claims are %+v, want %+v", claims, want)
	}
}

func TestMistakesInTablesAreToldWithTheirPlace(t *testing.T) {
	const header = "model,params,quantity,value\n"
	for _, c := range []struct{ name, text, want string }{
		{"empty", "", "t.csv: the file is empty"},
		{"no rows", header, "t.csv: the file has no rows"},
		{"missing column", "model,params,quantity,val\na,b,c,1\n", `t.csv:1: column "value" is missing; there are model, params, quantity, val`},
		{"too few", header + "M/M/1,lam=1,W\n", "t.csv:2: 3 fields, but the header has 4"},
		{"not a number", header + "M/M/1,lam=1,W,1\nM/M/1,lam=1,W,x\n", `t.csv:3: value: "x" is not a number`},
		{"not finite", header + "M/M/1,lam=1,W,NaN\n", `t.csv:2: value: "NaN" is not a number`},
		{"empty field", header + "M/M/1,,W,1\n", "t.csv:2: params: the cell is empty"},
		{"broken quote", header + "M/M/1,\"lam=1,W,1\n", "t.csv:2: a quoted field does not end"},
		{"several", header + ",lam=1,W,1\nM/M/1,lam=1,,y\n", "t.csv:3: quantity: the cell is empty\n  t.csv:3: value: \"y\" is not a number"},
	} {
		if _, err := ReadClaims("t.csv", strings.NewReader(c.text)); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: the error is\n%v\nwant\n%s", c.name, err, c.want)
		}
	}
}

func TestAClaimHoldsUpToItsDigits(t *testing.T) {
	for _, c := range []struct {
		text  string
		exact float64
		holds bool
	}{
		{"2", 2, true}, {"2.0", 2.01, false}, {"2.0", 1.9999999999, true}, {"0.70153", 0.701534, true}, {"0.70153", 0.701536, true}, {"0.70153", 0.701541, false}, {"1.23456e-3", 0.001234569, true}, {"1.23456e-3", 0.00123458, false},
		{"7.08735e0", 7.087349, true}, {"7087", 7087.3, true}, {"7087", 7088, false}, {"-0.00012345", -0.000123451, true}, {"123", 123.2, false},
		{"46.05170185988091", 46.051701859880914, true},
	} {
		claims := read(t, "model,params,quantity,value\na,b,c,"+c.text+"\n")
		if got := claims[0].holds(c.exact); got != c.holds {
			t.Errorf("%s of %v holds: %v", c.text, c.exact, got)
		}
	}
}

// brief returns the options of a short comparison.
func brief() Options {
	o := Quick()
	o.Customers, o.Parallel = 3000, 2
	return o
}

const claimsText = `model,params,quantity,value
M/M/1,lam=0.5;mu=1,W,2
M/M/1,lam=0.5;mu=1,L,1.1
M/M/1,lam=0.5;mu=1,Z,1
M/M/1,lam=1.5;mu=1,W,1
M/M/0,lam=0.5;mu=1,W,2
M/M/1,lam=0.99;mu=1,W,100
GI/M/1,arrival=Deterministic;lam=0.5;mu=1.0,sigma,0.20319
GI/M/1,arrival=Deterministic;lam=0.5;mu=1.0,Kingman_bound_Wq,0.5
Halfin-Whitt,beta=1.0,alpha=P(wait) limit,0.22336127479826076
`

// simulated describes whether the simulation agrees with a checked value.
func simulated(c *Checked) string {
	if c.Row == nil {
		return "not simulated"
	}
	return c.Row.Verdict()
}

// TestVerdictDependsOnNoOtherRow: a value gets the same verdict, in all digits, whether it is alone
// in its table or together with other values of the same and of other systems.
func TestVerdictDependsOnNoOtherRow(t *testing.T) {
	together, err := Check(t.Context(), read(t, claimsText), brief())
	if err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(strings.TrimSpace(claimsText), "\n")
	for i, line := range lines[1:] {
		if strings.Contains(line, "0.99") {
			continue // this row takes long
		}
		alone, err := Check(t.Context(), read(t, lines[0]+"\n"+line+"\n"), brief())
		if err != nil {
			t.Fatal(err)
		}
		a, b := alone.Claims[0], together.Claims[i]
		if (a.Row == nil) != (b.Row == nil) || simulated(&a) != simulated(&b) || !slices.Equal(a.cells(), b.cells()) {
			t.Errorf("%s: alone %v, among others %v", line, a.cells(), b.cells())
		}
	}
}

func TestClaimsAreJudged(t *testing.T) {
	j, err := Check(t.Context(), read(t, claimsText), brief())
	if err != nil {
		t.Fatal(err)
	}
	for i, want := range []struct{ verdict, simulated, reason string }{
		{"agrees", "agrees", ""},
		{"DISAGREES", "agrees", ""},
		{"NOT KNOWN", "not simulated", "no such quantity"},
		{"NOT KNOWN", "not simulated", "the load is 1.5"},
		{"NOT KNOWN", "not simulated", `family "M/M/0" is not known`},
		{"agrees", "run too short", ""},
		{"agrees", "agrees", ""},
		{"agrees", "not simulated", "of the formula alone"},
		{"agrees", "not simulated", "limits of ever larger systems"},
	} {
		c := &j.Claims[i]
		reason := c.Left
		if c.Fault != nil {
			reason = c.Fault.Error()
		}
		if c.Verdict() != want.verdict || simulated(c) != want.simulated || !strings.Contains(reason, want.reason) {
			t.Errorf("line %d: %s, %s (%s); want %+v", c.Line, c.Verdict(), simulated(c), reason, want)
		}
	}
	if j.Agrees() {
		t.Error("a table with a wrong value agrees")
	}
	if j.Systems != 6 || j.Headlines != 2 {
		t.Errorf("%d systems, %d headlines", j.Systems, j.Headlines)
	}
	var text, page strings.Builder
	if err := errors.Join(j.Print(&text), j.Markdown(&page)); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"line 4: Z of M/M/1", "line 6: family", "Not simulated:", "9 values of 6 systems: 1 differ from the formula, 3 are not known"} {
		if !strings.Contains(text.String(), want) {
			t.Errorf("%q is not in\n%s", want, text.String())
		}
	}
	if n := strings.Count(page.String(), "\n| "); n < 9 {
		t.Errorf("the page has %d lines:\n%s", n, page.String())
	}
}

func TestTrueClaimsAgree(t *testing.T) {
	claims := read(t, "model,params,quantity,value\nM/M/1,lam=0.5;mu=1,W,2\nM/M/c,c=2;lam=1;mu=1,L,1.3333333333333333\nD/D/1,T=2;S=1,W,1\nD/D/1,T=2;S=1,util,0.5\n")
	j, err := Check(t.Context(), claims, brief())
	if err != nil || !j.Agrees() {
		t.Errorf("a table of true values: %v, %+v", err, j)
	}
	o := brief()
	o.Slower, o.Longest = 1.2, 1
	if j, err = Check(t.Context(), claims, o); err != nil || j.Agrees() {
		t.Errorf("service a fifth slower is not noticed: %v", err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := Check(ctx, claims, brief()); !errors.Is(err, context.Canceled) {
		t.Errorf("error %v", err)
	}
}

// TestARunOfFewBatchesIsTooShort: a run has about ten batches, whose size grows to about two
// thousand requests, with hardly any random error.
func TestARunOfFewBatchesIsTooShort(t *testing.T) {
	o := brief()
	o.Customers = 1500
	j, err := Check(t.Context(), read(t, "model,params,quantity,value\nM/D^[inf]/1 linear batch s(b)=alpha*b+tau0,alpha=0.02;tau0=5;rho=0.9,W,75.15\n"), o)
	if err != nil {
		t.Fatal(err)
	}
	if c := &j.Claims[0]; simulated(c) != "run too short" {
		t.Errorf("the result is %q: %+v", simulated(c), c.Row)
	}
}

// TestEveryFamilyIsSimulatedOrLeftOut: every family of the theory is either simulated or left out
// with a reason.
func TestEveryFamilyIsSimulatedOrLeftOut(t *testing.T) {
	for _, family := range theory.Families() {
		built, left := false, false
		for _, b := range builders {
			built = built || b.family == family
		}
		for _, l := range LeftOut {
			left = left || l.is(family, "d=2")
		}
		if !built && !left {
			t.Errorf("%s is neither simulated nor left out", family)
		}
	}
}

// TestTheSharedTableIsPrepared: every row of the table is computed and is correct. Every system of
// a family that is simulated can be made into a scenario.
func TestTheSharedTableIsPrepared(t *testing.T) {
	file, err := os.Open("../../../shared/spec/theory.csv")
	if err != nil {
		t.Skip("the shared theory table is absent")
	}
	defer file.Close()
	claims, err := ReadClaims("theory.csv", file)
	if err != nil {
		t.Fatal(err)
	}
	j := &Judgement{Options: Quick(), Claims: make([]Checked, len(claims))}
	members := map[[2]string][]int{}
	for i, c := range claims {
		j.Claims[i].Claim = c
		members[[2]string{c.Family, c.Params}] = append(members[[2]string{c.Family, c.Params}], i)
	}
	simulated := 0
	for key, list := range members {
		s, ok := j.prepare(key, list)
		if ok {
			simulated += len(s.Quantities)
		} else if left := j.Claims[list[0]].Left; !strings.Contains(left, " ") || strings.Contains(left, "nothing makes") {
			t.Errorf("%v is left out because %q", key, left)
		}
	}
	for i := range j.Claims {
		if c := &j.Claims[i]; c.Fault != nil || !c.Holds {
			t.Errorf("line %d: %s of %s with %s is %s, by the formula %v (%v)", c.Line, c.Quantity, c.Family, c.Params, c.Text, c.Exact, c.Fault)
		}
	}
	if simulated < 400 {
		t.Errorf("%d quantities are simulated", simulated)
	}
}

func TestDistributionsAreWrittenAsScenariosDo(t *testing.T) {
	for text, want := range map[string]string{
		"Erlang4(mean2)": "{gamma: {scv: 0.25}}", "exp(2)": "exponential", "Deterministic(mean3)": "deterministic", "Uniform[1,3]": "{uniform: {low: 1, high: 3}}",
		"H2balanced(mean2,scv20)": "{hyperexponential: {scv: 20}}", "Lognormal(mean2,scv9)": "{lognormal: {scv: 9}}",
		"Bimodal(0.9:0.5,0.1:5.5)":            "{bimodal: {share: 0.1, low: 0.5, high: 5.5}}",
		"Bimodal(0.5:0,0.5:2)":                "{empirical: {values: [0, 2]}}",
		"Bimodal(0.5:1,0.25:2,0.25:4)":        "{empirical: {values: [1, 1, 2, 4]}}",
		"Bimodal(0.3333:1,0.3333:2,0.3334:4)": "its chances are not multiples",
	} {
		distribution, err := theory.ParseDistribution(text, 1)
		if err != nil {
			t.Fatal(err)
		}
		got, err := written(distribution)
		if err != nil {
			got = err.Error()
		}
		if !strings.HasPrefix(got, want) {
			t.Errorf("%s is written %s, want %s", text, got, want)
		}
	}
}
