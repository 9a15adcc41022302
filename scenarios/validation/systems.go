package validation

import (
	"fmt"
	"strings"
)

// System is a queueing system that is simulated, and the quantities that are compared. The first is its headline.
type System struct {
	Family, Params string // as package theory reads them
	Quantities     []string
	queue          queue
}

// Left is a family of the theory that is not simulated, with the reason.
type Left struct{ Family, Reason string }

// LeftOut lists the families that correspond to nothing that the scenario path has, or to a limit.
var LeftOut = []Left{
	{"Jackson-feedback", "a pipeline leads through its stages once; a request never comes back to one"},
	{"M/M/k/setup", "boots and loads take constant times, not exponential ones, and begin and end with control periods, not with single requests"},
	{"M/M/1 breakdowns", "a failed machine loses its replica: after the repair, service begins anew with the same draw on a replica that the next decision places; it does not resume"},
	{"M/G/1 multiple vacations", "nothing in a serving fleet does this"},
	{"M/M^[1,bmax]/1 (Bailey)", "a batch takes the mean of its members' draws: of n exponential ones that is Erlang of n stages, not exponential"},
	{"Mt/M/inf sinusoid", "its quantities are those of instants; the process is held to its rate in the tests of package workload"},
	{"Supermarket JSQ(d) with d > 1, Halfin-Whitt", "limits of ever larger systems, not values of one"},
	{"Erlang-C sizing", "a formula for planning; nothing is simulated"},
}

func words(text string) []string { return strings.Split(text, "; ") }

// Systems returns all systems that are compared.
func Systems() []System {
	var list []System
	add := func(family, params, quantities string, q queue) {
		list = append(list, System{family, params, words(quantities), q})
	}
	markovian(add)
	general(add)
	orders(add)
	batches(add)
	arrivals(add)
	networks(add)
	closed(add)
	return list
}

type adder func(family, params, quantities string, q queue)

// number writes a parameter.
func number(x float64) string { return fmt.Sprintf("%v", x) }

// markovian adds the queues of exponential service.
func markovian(add adder) {
	for _, load := range []float64{0.3, 0.6, 0.8, 0.9} {
		add("M/M/1", "lam="+number(load)+";mu=1.0",
			"W; Wq; L; Lq; rho; P0; P(N>=5); VarW; W_q0.5; W_q0.9; W_q0.99; Wq_q0.95; P(W<=3); E[busy_period]",
			single(func(q *queue) { q.arrivals, q.rate = poisson(load), load }))
	}
	for _, c := range []struct {
		servers int
		load    float64
	}{{2, 1.4}, {4, 3.4}, {16, 14}, {64, 58}} {
		params := fmt.Sprintf("c=%d;lam=%v;mu=1", c.servers, c.load)
		quantities := "W; Wq; L; Lq; rho; P(wait)=ErlangC; W_q0.5; W_q0.95; Wq_q0.99; P(Wq>0.5)"
		if c.servers == 64 {
			quantities = "W; Wq; L; Lq; rho; P(wait)=ErlangC; W_q0.5; W_q0.95"
		}
		// The servers are slots of one replica, and replicas behind one line: the same system twice.
		add("M/M/c", params, quantities, single(func(q *queue) { q.arrivals, q.rate, q.slots = poisson(c.load), c.load, c.servers }))
		add("M/M/c", params, quantities, single(func(q *queue) {
			q.arrivals, q.rate, q.replicas, q.router = poisson(c.load), c.load, c.servers, "central-queue"
		}))
	}
	for _, c := range []struct {
		servers, places int
		load            float64
	}{{1, 4, 0.8}, {3, 8, 2.7}, {2, 2, 1.5}} {
		add("M/M/c/K", fmt.Sprintf("c=%d;lam=%v;mu=1;K=%d", c.servers, c.load, c.places),
			"P_block; W_accepted; Wq_accepted; L; Lq; throughput; P0; util_per_server",
			single(func(q *queue) {
				q.arrivals, q.rate, q.slots, q.limit = poisson(c.load), c.load, c.servers, c.places-c.servers
			}))
	}
	for _, c := range []struct {
		servers int
		load    float64
	}{{2, 1}, {12, 9}, {50, 45}} {
		add("M/G/c/c(ErlangB)", fmt.Sprintf("c=%d;a=%v", c.servers, c.load), "P_block; E[busy]",
			single(func(q *queue) {
				q.arrivals, q.rate, q.slots, q.limit, q.service = poisson(c.load), c.load, c.servers, 0, "{gamma: {scv: 2}}"
			}))
	}
	for _, c := range []struct {
		servers     int
		load, theta float64
	}{{1, 1.2, 0.5}, {5, 5, 1}, {20, 22, 0.25}} {
		add("M/M/c+M (Erlang-A)", fmt.Sprintf("c=%d;lam=%v;mu=1;theta=%v", c.servers, c.load, c.theta),
			"P_abandon; Lq; P(wait); throughput; E[wait] (all)",
			single(func(q *queue) {
				q.arrivals, q.rate, q.slots = poisson(c.load), c.load, c.servers
				q.patience = fmt.Sprintf("{mean: %s, law: exponential}", span(1/c.theta))
			}))
	}
	for _, load := range []float64{3, 20} {
		add("M/G/inf", "a="+number(load), "E[N]; Var[N]", single(func(q *queue) {
			q.arrivals, q.rate, q.slots, q.service = poisson(load), load, 200, "{lognormal: {scv: 1}}"
		}))
	}
}

// general adds M/G/1 with the service laws, and constant service.
func general(add adder) {
	for _, load := range []float64{0.4, 0.7, 0.85} {
		add("M/D/1", "lam="+number(load)+";D=1", "Wq; W; L; Lq; P0; VarWq; P(Wq<=1); Wq_q0.95",
			single(func(q *queue) { q.arrivals, q.rate, q.service = poisson(load), load, "deterministic" }))
	}
	for _, law := range []struct{ name, service string }{
		{"Erlang2(mean1)", "{erlang: {k: 2}}"},
		{"H2balanced(mean1,scv4)", "{hyperexponential: {scv: 4}}"},
		{"Lognormal(mean1,scv2)", "{lognormal: {scv: 2}}"},
		{"Uniform[0,2]", "{uniform: {low: 0, high: 2}}"},
		{"Bimodal(0.9:0.5,0.1:5.5)", "{bimodal: {share: 0.1, low: 0.5, high: 5.5}}"},
		{"Gamma(mean1,scv0.25)", "{gamma: {scv: 0.25}}"},
	} {
		for _, load := range []float64{0.5, 0.75} {
			add("M/G/1:"+law.name, "lam="+number(load)+";mean=1", "Wq; W; L; Lq; P(wait); rho",
				single(func(q *queue) { q.arrivals, q.rate, q.service = poisson(load), load, law.service }))
		}
	}
}

// orders adds the queues of other orders of service.
func orders(add adder) {
	for _, load := range []float64{0.5, 0.7, 0.85} {
		ordered := func(order string) queue {
			return single(func(q *queue) { q.arrivals, q.rate, q.order = poisson(load), load, order })
		}
		params := "lam=" + number(load) + ";mu=1"
		add("M/M/1-SRPT", params, "W", ordered("srpt"))
		add("M/M/1-SJF(nonpreemptive)", params, "W", ordered("sjf"))
		add("M/M/1-LAS/FB", params, "W", ordered("las"))
		add("M/M/1-PS", "lam="+number(load)+";ES=1", "VarT", ordered("ps"))
		add("M/G/1-PS", "lam="+number(load)+";ES=1", "W(any service law); L; P(N>=5)", single(func(q *queue) {
			q.arrivals, q.rate, q.order, q.service = poisson(load), load, "ps", "{hyperexponential: {scv: 4}}"
		}))
	}
	for _, c := range []struct{ first, second, fast, slow float64 }{{0.3, 0.5, 1, 1}, {0.5, 0.2, 1, 1}, {0.3, 0.25, 2, 0.5}} {
		classed := func(order string) queue {
			return single(func(q *queue) {
				q.arrivals, q.rate, q.order, q.classes = poisson(c.first)+"\n"+poisson(c.second), c.first+c.second, order, true
				q.works = []float64{1 / c.fast, 1 / c.slow}
			})
		}
		params := fmt.Sprintf("lam1=%v;lam2=%v;mu1=%v;mu2=%v", c.first, c.second, c.fast, c.slow)
		add("M/M/1-NPprio", params, "Wq2; Wq1; W1; W2", classed("priority"))
		add("M/M/1-PRprio", params, "W2; W1", classed("preemptive-priority"))
	}
}

// batches adds batch service.
func batches(add adder) {
	for _, load := range []float64{0.2, 0.5, 0.8} {
		const alpha, fixed = 0.5, 1.0
		rate := load / alpha
		add("M/D^[inf]/1 linear batch s(b)=alpha*b+tau0", fmt.Sprintf("hw=unit;alpha=%v;tau0=%v;rho=%v;lam=%v", alpha, fixed, load, rate),
			"W; E[B] per batch; server_util", single(func(q *queue) {
				q.arrivals, q.rate, q.service = poisson(rate), rate, "deterministic"
				q.latency = fmt.Sprintf("{fixed: %s, each: %s, max: 500}", span(fixed), span(alpha))
			}))
	}
	for _, c := range []struct {
		largest int
		rate    float64
	}{{4, 1}, {8, 1.3}, {16, 1.5}} {
		add("M/D^[1,bmax]/1 greedy batch s(b)=alpha*b+tau0", fmt.Sprintf("alpha=0.5;tau0=1;bmax=%d;lam=%v", c.largest, c.rate),
			"W; L; E[B] per batch; server_util", single(func(q *queue) {
				q.arrivals, q.rate, q.service = poisson(c.rate), c.rate, "deterministic"
				q.latency = fmt.Sprintf("{fixed: %s, each: %s, max: %d}", span(1), span(0.5), c.largest)
			}))
	}
}

// arrivals adds other arrival processes, and several lines.
func arrivals(add adder) {
	for _, c := range []struct{ name, process string }{
		{"Gamma(cv2=4)", "{gamma: {rate: %s, cv: 2}}"},
		{"Erlang2", "{renewal: {rate: %s, gaps: {erlang: {k: 2}}}}"},
		{"H2balanced(cv2=4)", "{renewal: {rate: %s, gaps: {hyperexponential: {scv: 4}}}}"},
		{"Deterministic", "{constant: {rate: %s}}"},
	} {
		for _, load := range []float64{0.6, 0.8} {
			add("GI/M/1", fmt.Sprintf("arrival=%s;lam=%v;mu=1.0", c.name, load), "Wq; W; L(time-avg); P(wait)(arrival avg); W_q0.95",
				single(func(q *queue) { q.arrivals, q.rate = fmt.Sprintf(c.process, per(load)), load }))
		}
	}
	for _, rate := range []float64{0.15, 0.25} {
		add("M^X/M/1 fixed batch", fmt.Sprintf("lam=%v;X=3;mu=1", rate), "W; L", single(func(q *queue) {
			q.arrivals, q.rate = fmt.Sprintf("{bulk: {size: 3, arrivals: %s}}", poisson(rate)), 3*rate
		}))
		add("M^X/M/1 geometric batch", fmt.Sprintf("lam=%v;p=0.4;mu=1", rate), "W; L", single(func(q *queue) {
			q.arrivals, q.rate = fmt.Sprintf("{bulk: {mean-size: 2.5, arrivals: %s}}", poisson(rate)), 2.5*rate
		}))
	}
	for _, c := range []struct{ high, low, leave, back float64 }{{1.2, 0.2, 0.2, 0.1}, {0.8, 0.4, 0.05, 0.05}} {
		mean := (c.high*c.back + c.low*c.leave) / (c.leave + c.back)
		add("MMPP2/M/1", fmt.Sprintf("lam1=%v;lam2=%v;r12=%v;r21=%v;mu=1", c.high, c.low, c.leave, c.back), "W; L", single(func(q *queue) {
			q.rate = mean
			q.arrivals = fmt.Sprintf("{mmpp: {states: [{rate: %s, stay: %s}, {rate: %s, stay: %s}]}}",
				per(c.high), span(1/c.leave), per(c.low), span(1/c.back))
		}))
	}
	for _, rate := range []float64{1.2, 1.7} {
		add("JSQ exact (2 servers)", fmt.Sprintf("servers=2;lam=%v;mu=1", rate), "W; L; P(0,0)",
			single(func(q *queue) { q.arrivals, q.rate, q.replicas = poisson(rate), rate, 2 }))
	}
	add("Supermarket JSQ(d) mean-field (n->inf)", "d=1;lam=0.7;mu=1", "W; P(queue>=1); P(queue>=2); P(queue>=4)", single(func(q *queue) {
		q.arrivals, q.rate, q.replicas, q.router = poisson(7), 7, 10, "{power-of-two: {choices: 1}}"
	}))
}

// closed adds clients that wait for their answers.
func closed(add adder) {
	for _, c := range []struct {
		clients int
		think   float64
	}{{5, 10}, {8, 4}, {20, 30}} {
		add("Closed M/M/1//N (machine repair, MVA)", fmt.Sprintf("N=%d;Z=%v;mu=1", c.clients, c.think), "R; throughput; util; L", single(func(q *queue) {
			q.rate = min(1, float64(c.clients)/(c.think+1)) // about
			q.arrivals = fmt.Sprintf("{clients: {count: %d, think-time: {mean: %s, law: exponential}}}", c.clients, span(c.think))
		}))
	}
}

// networks adds lines of stations, and stations side by side.
func networks(add adder) {
	network := func(rate float64, stages ...[]float64) queue {
		return single(func(q *queue) { q.arrivals, q.rate, q.stages = poisson(rate), rate, stages })
	}
	const quantities = "W_total; L_total; P(all empty)"
	add("Jackson-tandem M/M/1", "lam=0.5;mus=1|1", quantities, network(0.5, []float64{1}, []float64{1}))
	add("Jackson-tandem M/M/1", "lam=0.9;mus=1|1.5|2", quantities, network(0.9, []float64{1}, []float64{1.5}, []float64{2}))
	for _, rate := range []float64{0.5, 0.8} {
		add("Fork-join 2xM/M/1 (Flatto-Hahn)", fmt.Sprintf("lam=%v;mu=1", rate), "W; L", network(rate, []float64{1, 1}))
	}
}
