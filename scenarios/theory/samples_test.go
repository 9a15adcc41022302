package theory

import (
	"fmt"
	"math"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// sample is one stable system of a family.
type sample struct {
	family, params string
	always         bool // stable at any arrival rate
}

// samples has every family once and every distribution at least once. The parameters differ from
// those of the shared table on purpose.
var samples = []sample{
	{family: "M/M/1", params: "lam=0.65;mu=1.3"},
	{family: "M/M/c", params: "c=3;lam=2.5;mu=1.1"},
	{family: "M/M/c/K", params: "c=3;lam=4;mu=1.1;K=9", always: true},
	{family: "M/G/c/c(ErlangB)", params: "c=7;a=6.5", always: true},
	{family: "M/M/c+M (Erlang-A)", params: "c=4;lam=5;mu=1.2;theta=0.7", always: true},
	{family: "ErlangC sizing: min c s.t. P(wait)<=eps", params: "a=17;eps=0.03", always: true},
	{family: "ErlangC sizing: min c s.t. P(Wq>t)<=eps", params: "lam=30;mu=3;t=0.2;eps=0.02", always: true},
	{family: "Halfin-Whitt", params: "beta=0.7", always: true},
	{family: "D/D/1", params: "T=2;S=1.5", always: true},
	{family: "M/D/1", params: "lam=0.45;D=1.7"},
	{family: "M/G/1:Erlang3(mean1.5)", params: "lam=0.4;mean=1.5"},
	{family: "M/G/1:Exponential(mean0.5)", params: "lam=1.4"},
	{family: "M/G/1:Deterministic(mean0.5)", params: "lam=1.4"},
	{family: "M/G/1:H2balanced(mean2,scv9)", params: "lam=0.3"},
	{family: "M/G/1:Lognormal(mean2,scv3)", params: "lam=0.3;sigma2=1.3862943611"},
	{family: "M/G/1:Uniform[1,3]", params: "lam=0.4"},
	{family: "M/G/1:Bimodal(0.8:1,0.2:6)", params: "lam=0.4"},
	{family: "M/G/1:Gamma(mean3,scv0.5)", params: "lam=0.2;k=2"},
	{family: "M/G/1 multiple vacations", params: "lam=0.5;S=Erlang2(mean1.5);V=Uniform[0,3]"},
	{family: "M/M/1 breakdowns (time-dependent, preempt-resume)", params: "lam=0.5;mu=1.2;fail=0.03;repair=0.4"},
	{family: "GI/M/1", params: "arrival=Gamma(cv2=7);lam=0.8;mu=1.1"},
	{family: "GI/M/1", params: "arrival=H2balanced(cv2=7);lam=0.8;mu=1.1"},
	{family: "GI/M/1", params: "arrival=Lognormal(cv2=2);lam=0.8;mu=1.1"},
	{family: "GI/M/1", params: "arrival=Uniform[0,2.5];lam=0.8;mu=1.1"},
	{family: "GI/M/1", params: "arrival=Erlang4;lam=0.8;mu=1.1"},
	{family: "M/G/inf", params: "a=7.5", always: true},
	{family: "Mt/M/inf sinusoid", params: "lam0=8;amp=3;period=10;mu=0.4", always: true},
	{family: "M/G/1-PS", params: "lam=0.4;ES=1.9"},
	{family: "M/M/1-PS", params: "lam=0.4;ES=1.9"},
	{family: "M/M/1-SRPT", params: "lam=0.9;mu=1.2"},
	{family: "M/M/1-SJF(nonpreemptive)", params: "lam=0.9;mu=1.2"},
	{family: "M/M/1-LAS/FB", params: "lam=0.9;mu=1.2"},
	{family: "M/M/1-NPprio", params: "lam1=0.2;lam2=0.3;lam3=0.1;mu1=1.5;mu2=0.9;mu3=0.6"},
	{family: "M/M/1-PRprio", params: "lam1=0.2;lam2=0.3;lam3=0.1;mu1=1.5;mu2=0.9;mu3=0.6"},
	{family: "Jackson-tandem M/M/1", params: "lam=0.8;mus=1|1.2|0.9"},
	{family: "Jackson-feedback(A:M/M/3 mu=0.9,B:M/M/2 mu=1.5,pBA=0.4)", params: "lam=1.1"},
	{family: "Fork-join 2xM/M/1 (Flatto-Hahn)", params: "lam=0.7;mu=1.1"},
	{family: "M/D^[inf]/1 linear batch s(b)=alpha*b+tau0", params: "hw=none;alpha=0.3;tau0=1.1;lam=2"},
	{family: "M/D^[1,bmax]/1 greedy batch s(b)=alpha*b+tau0", params: "alpha=0.3;tau0=1.1;bmax=6;lam=1.8"},
	{family: "M/M^[1,bmax]/1 greedy bulk service (Bailey, rate mu indep. of size)", params: "mu=1.2;bmax=4;lam=4"},
	{family: "M^X/M/1 fixed batch", params: "lam=0.2;X=4;mu=1.1"},
	{family: "M^X/M/1 geometric batch", params: "lam=0.2;p=0.3;mu=1.1"},
	{family: "MMPP2/M/1", params: "lam1=1.7;lam2=0.2;r12=0.3;r21=0.2;mu=1.2"},
	{family: "Supermarket JSQ(d) mean-field (n->inf)", params: "d=4;lam=0.9;mu=1.1"},
	{family: "JSQ exact (2 servers)", params: "servers=2;lam=1.9;mu=1.1"},
	{family: "M/M/k/setup (off when idle; exp setup, cancellable)", params: "k=4;lam=3;mu=1.1;setup_rate=0.3"},
	{family: "Closed M/M/1//N (machine repair, MVA)", params: "N=6;Z=7;mu=0.9"},
}

// replaced returns the text of the parameters with one value changed.
func replaced(params, name, value string) string {
	list := strings.Split(params, ";")
	for i, pair := range list {
		if key, _, _ := strings.Cut(pair, "="); key == name {
			list[i] = key + "=" + value
		}
	}
	return strings.Join(list, ";")
}

func keys(params string) []string {
	var list []string
	for pair := range strings.SplitSeq(params, ";") {
		key, _, _ := strings.Cut(pair, "=")
		list = append(list, key)
	}
	return list
}

func TestSamplesHaveEveryFamilyAndEveryQuantity(t *testing.T) {
	met := map[string]bool{}
	for _, s := range samples {
		m, err := Parse(s.family, s.params)
		if err != nil {
			t.Error(err)
			continue
		}
		for _, name := range m.Quantities() {
			x, err := m.Value(strings.Replace(name, "#", "1", 1))
			if strings.Contains(name, "_q#") {
				x, err = m.Value(strings.Replace(name, "#", "0.75", 1))
			}
			if err != nil || math.IsNaN(x) || math.IsInf(x, 0) || x < 0 {
				t.Errorf("%s with %s: %s is %v, %v", s.family, s.params, name, x, err)
			}
		}
		for _, f := range families {
			if f.name == s.family || f.prefix && strings.HasPrefix(s.family, f.name) {
				met[f.name] = true
			}
		}
	}
	for _, name := range Families() {
		if !met[name] {
			t.Errorf("no sample of %s", name)
		}
	}
}

func TestBadParametersAreErrors(t *testing.T) {
	for _, s := range samples {
		for _, key := range keys(s.params) {
			for _, bad := range []string{"NaN", "-1", "Inf", "-Inf", "x", ""} {
				if key == "hw" {
					continue
				}
				if m, err := Parse(s.family, replaced(s.params, key, bad)); err == nil {
					t.Errorf("%s with %s=%s has %v", s.family, key, bad, m.Quantities())
				}
			}
		}
		if _, err := Parse(s.family, s.params+";colour=3"); err == nil || !strings.Contains(err.Error(), "colour") {
			t.Errorf("%s takes an unknown parameter: %v", s.family, err)
		}
		if _, err := Parse(s.family, ""); err == nil {
			t.Errorf("%s needs no parameters", s.family)
		}
		for _, key := range []string{"lam", "lam1"} {
			if over := replaced(s.params, key, "1000"); !s.always && over != s.params {
				if _, err := Parse(s.family, over); err == nil {
					t.Errorf("%s is stable with %s", s.family, over)
				}
			}
		}
	}
	if _, err := Parse("M/M/17", "lam=1"); err == nil {
		t.Error("an unknown family is known")
	}
}

func TestFaultsAreToldTogether(t *testing.T) {
	_, err := Parse("M/M/c", "c=2.5;lam=x;speed=3")
	for _, part := range []string{"c: 2.5", `lam: "x"`, `"mu" is missing`, `"speed" is not known`} {
		if err == nil || !strings.Contains(err.Error(), part) {
			t.Errorf("%v does not tell %s", err, part)
		}
	}
	_, err = NewMMc(0, -1, math.NaN())
	for _, part := range []string{"servers", "lambda", "mu"} {
		if err == nil || !strings.Contains(err.Error(), part) {
			t.Errorf("%v does not tell %s", err, part)
		}
	}
}

func TestBadQuantitiesAreErrors(t *testing.T) {
	m, err := Parse("M/M/1", "lam=0.5;mu=1")
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"", "w", "W_q1", "W_q-0.1", "W_qNaN", "P(N>=1.5)", "P(N>=-1)", "P(N>=1e300)", "P(W<=-1)", "P(W<=Inf)", "P(W<=1"} {
		if x, err := m.Value(name); err == nil {
			t.Errorf("%q is %v", name, x)
		}
	}
	for _, bad := range [][2]string{
		{"M/G/1:Cauchy(mean1)", "lam=0.5"}, {"M/G/1:Gamma(mean1)", "lam=0.5"}, {"M/G/1:Erlang(mean1)", "lam=0.5"},
		{"M/G/1:Uniform[2,1]", "lam=0.1"}, {"M/G/1:Bimodal(0.9:1,0.2:2)", "lam=0.1"}, {"M/G/1:H2balanced(mean1,scv0.5)", "lam=0.1"},
		{"M/G/1:Erlang2(mean1)", "lam=0.1;mean=2"}, {"M/G/1:Gamma(mean1,scv0.25)", "lam=0.1;k=3"},
		{"GI/M/1", "arrival=Uniform[0,1];lam=0.5;mu=1"}, {"JSQ exact (2 servers)", "servers=3;lam=1;mu=1"},
		{"Jackson-feedback(A)", "lam=1"}, {"Jackson-feedback(A:M/M/2 mu=1,B:M/M/1 mu=2,pBA=1)", "lam=1"},
		{"M/D^[inf]/1 linear batch s(b)=alpha*b+tau0", "alpha=1;tau0=1;rho=0.5;lam=0.7"},
	} {
		if m, err := Parse(bad[0], bad[1]); err == nil {
			t.Errorf("%v has %v", bad, m.Quantities())
		}
	}
	if _, err := NewMG1(1, nil); err == nil {
		t.Error("a queue without a service distribution is solved")
	}
	if _, err := NewGIM1(nil, 1); err == nil {
		t.Error("a queue without a distribution of gaps is solved")
	}
}

// rates and spans are the parameters that a change of the unit of time multiplies and divides.
var (
	rates = []string{"lam", "lam0", "lam1", "lam2", "lam3", "mu", "mu1", "mu2", "mu3", "amp", "theta", "fail", "repair", "r12", "r21", "setup_rate"}
	spans = []string{"D", "T", "S", "Z", "ES", "alpha", "tau0", "period", "t"}
)

func TestUnitOfTimeIsFree(t *testing.T) {
	scale := func(params string, by float64) string {
		for _, key := range append(append([]string{}, rates...), spans...) {
			_, after, ok := strings.Cut(";"+params, ";"+key+"=")
			text, _, _ := strings.Cut(after, ";")
			var x float64
			if _, err := fmt.Sscan(text, &x); !ok || err != nil {
				continue
			}
			factor := by
			for _, span := range spans {
				if key == span {
					factor = 1 / by
				}
			}
			params = replaced(params, key, fmt.Sprint(x*factor))
		}
		return params
	}
	compared := 0
	for _, s := range samples {
		if strings.Contains(s.family, "(mean") || strings.ContainsAny(s.params, "[|") || strings.Contains(s.family, "Uniform") ||
			strings.Contains(s.family, "mu=") || strings.Contains(s.family, "Bimodal") {
			continue // some of its times are part of the name of the family
		}
		one, err := Parse(s.family, s.params)
		if err != nil {
			t.Fatal(err)
		}
		other, err := Parse(s.family, scale(s.params, 8))
		if err != nil {
			t.Fatal(err)
		}
		for _, name := range one.Quantities() {
			factor, time := map[string]float64{"W": 8, "Wq": 8, "L": 1, "Lq": 1, "VarWq": 64, "R": 8, "lag of peak": 8, "W_q#": 8, "Wq_q#": 8, "c": 1}[name]
			if !time {
				continue
			}
			name = strings.Replace(name, "#", "0.97", 1)
			a, _ := one.Value(name)
			b, _ := other.Value(name)
			if compared++; math.Abs(a-factor*b) > 1e-9*a {
				t.Errorf("%s: %s is %v, in eighths %v", s.family, name, a, b)
			}
		}
	}
	if compared < 50 {
		t.Errorf("only %d quantities compared", compared)
	}
}

// TestQuantilesInvertDistributions checks every model that has both quantiles and probabilities,
// also at points that have a positive probability.
func TestQuantilesInvertDistributions(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := rapid.SampledFrom(samples).Draw(t, "sample")
		level := rapid.Float64Range(0.01, 0.999).Draw(t, "level")
		m, err := Parse(s.family, s.params)
		if err != nil {
			t.Fatal(err)
		}
		for _, of := range []string{"W", "Wq"} {
			x, err := m.Value(fmt.Sprint(of, "_q", level))
			if err != nil {
				continue
			}
			p, err := m.Value(fmt.Sprintf("P(%s<=%v)", of, x))
			if err != nil || p < level-1e-9 {
				t.Errorf("%s: the %v quantile of %s is %v, where the probability is %v, %v", s.family, level, of, x, p, err)
			}
			before, err := m.Value(fmt.Sprintf("P(%s<=%v)", of, x*(1-1e-7)))
			if err != nil || x > 0 && before > level+1e-9 {
				t.Errorf("%s: the %v quantile of %s is %v, but before it the probability is %v, %v", s.family, level, of, x, before, err)
			}
		}
	})
}

// TestAnyNumbersGiveAValueOrAnError tries numbers of all magnitudes as parameters of every family.
func TestAnyNumbersGiveAValueOrAnError(t *testing.T) {
	number := rapid.Custom(func(t *rapid.T) string {
		if rapid.Bool().Draw(t, "whole") {
			return fmt.Sprint(rapid.IntRange(-1, 40).Draw(t, "n"))
		}
		return fmt.Sprint(math.Pow(10, rapid.Float64Range(-12, 5).Draw(t, "exponent")))
	})
	rapid.Check(t, func(t *rapid.T) {
		s := rapid.SampledFrom(samples).Draw(t, "sample")
		params := s.params
		for _, key := range keys(params) {
			if rapid.Bool().Draw(t, "change") {
				params = replaced(params, key, number.Draw(t, key))
			}
		}
		m, err := Parse(s.family, params)
		if err != nil {
			return
		}
		for _, name := range m.Quantities() {
			name = strings.Replace(name, "#", number.Draw(t, "at"), 1)
			if x, err := m.Value(name); err == nil && (math.IsNaN(x) || math.IsInf(x, 0)) {
				t.Fatalf("%s with %s: %s is %v", s.family, params, name, x)
			}
		}
	})
}
