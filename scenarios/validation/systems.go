package validation

import (
	"fmt"
	"strings"
)

// QueueSystem is a simulated queueing system, with the quantities that are compared. The first
// quantity is its headline.
type QueueSystem struct {
	Family, Params string // in the form that package theory reads
	Quantities     []string
	queue          queue
}

// Systems returns all systems that are compared.
func Systems() []QueueSystem {
	var list []QueueSystem
	add := func(family, params, quantities string, changes ...func(*queue)) {
		q, err := realize(family, params)
		if err != nil {
			// the lists below are fixed, so this never happens
			panic(fmt.Sprintf("validation: %s with %s: %v", family, params, err))
		}
		for _, change := range changes {
			change(&q)
		}
		list = append(list, QueueSystem{Family: family, Params: params, Quantities: strings.Split(quantities, "; "), queue: q})
	}
	markovian(add)
	general(add)
	orders(add)
	batches(add)
	arrivals(add)
	networks(add)
	closed(add)
	feedback(add)
	outages(add)
	return list
}

type adder func(family, params, quantities string, changes ...func(*queue))

// markovian adds queues with exponential service.
func markovian(add adder) {
	for _, load := range []float64{0.3, 0.6, 0.8, 0.9} {
		add("M/M/1", fmt.Sprintf("lam=%v;mu=1.0", load),
			"W; Wq; L; Lq; rho; P0; P(N>=5); VarW; W_q0.5; W_q0.9; W_q0.99; Wq_q0.95; P(W<=3); E[busy_period]")
	}
	for _, c := range []struct {
		servers int
		load    float64
	}{{2, 1.4}, {4, 3.4}, {16, 14}, {64, 58}} {
		params := fmt.Sprintf("c=%d;lam=%v;mu=1", c.servers, c.load)
		quantities := "W; Wq; L; Lq; rho; P(wait)=ErlangC; W_q0.5; W_q0.95"
		if c.servers <= 16 {
			quantities += "; P(Wq>0.5)"
		}
		tail := "" // a quantity far out in the tail; takes long runs, so only one system has it
		if c.servers <= 4 {
			tail = "; Wq_q0.99"
		}
		// The same system is simulated twice: the servers are slots of one replica, and replicas
		// behind one queue.
		add("M/M/c", params, quantities+tail)
		add("M/M/c", params, quantities, func(q *queue) { q.slots, q.replicas, q.router = 1, c.servers, "central-queue" })
	}
	for _, params := range []string{"c=1;lam=0.8;mu=1;K=4", "c=3;lam=2.7;mu=1;K=8", "c=2;lam=1.5;mu=1;K=2"} {
		add("M/M/c/K", params, "P_block; W_accepted; Wq_accepted; L; Lq; throughput; P0; util_per_server")
	}
	for _, params := range []string{"c=2;a=1", "c=12;a=9", "c=50;a=45"} {
		add("M/G/c/c(ErlangB)", params, "P_block; E[busy]")
	}
	for _, params := range []string{"c=1;lam=1.2;mu=1;theta=0.5", "c=5;lam=5;mu=1;theta=1", "c=20;lam=22;mu=1;theta=0.25"} {
		add("M/M/c+M (Erlang-A)", params, "P_abandon; Lq; P(wait); throughput; E[wait] (all)")
	}
	for _, params := range []string{"a=3", "a=20"} {
		add("M/G/inf", params, "E[N]; Var[N]")
	}
}

// general adds M/G/1 with several service distributions, and constant service.
func general(add adder) {
	for _, load := range []float64{0.4, 0.7, 0.85} {
		add("M/D/1", fmt.Sprintf("lam=%v;D=1", load), "Wq; W; L; Lq; P0; VarWq; P(Wq<=1); Wq_q0.95")
	}
	for _, distribution := range []string{
		"Erlang2(mean1)", "H2balanced(mean1,scv4)", "Lognormal(mean1,scv2)", "Uniform[0,2]", "Bimodal(0.9:0.5,0.1:5.5)", "Gamma(mean1,scv0.25)",
	} {
		for _, load := range []float64{0.5, 0.75} {
			add("M/G/1:"+distribution, fmt.Sprintf("lam=%v;mean=1", load), "Wq; W; L; Lq; P(wait); rho")
		}
	}
}

// orders adds queues with other orders of service.
func orders(add adder) {
	for _, load := range []float64{0.5, 0.7, 0.85} {
		params, sharing := fmt.Sprintf("lam=%v;mu=1", load), fmt.Sprintf("lam=%v;ES=1", load)
		add("M/M/1-SRPT", params, "W")
		add("M/M/1-SJF(nonpreemptive)", params, "W")
		add("M/M/1-LAS/FB", params, "W")
		add("M/M/1-PS", sharing, "VarT")
		add("M/G/1-PS", sharing, "W(any service law); L; P(N>=5)")
	}
	for _, params := range []string{"lam1=0.3;lam2=0.5;mu1=1;mu2=1", "lam1=0.5;lam2=0.2;mu1=1;mu2=1", "lam1=0.3;lam2=0.25;mu1=2;mu2=0.5"} {
		add("M/M/1-NPprio", params, "Wq2; Wq1; W1; W2")
		add("M/M/1-PRprio", params, "W2; W1")
	}
}

// batches adds queues with batch service.
func batches(add adder) {
	for _, load := range []float64{0.2, 0.5, 0.8} {
		add("M/D^[inf]/1 linear batch s(b)=alpha*b+tau0", fmt.Sprintf("hw=unit;alpha=0.5;tau0=1;rho=%v;lam=%v", load, load/0.5),
			"W; E[B] per batch; server_util")
	}
	for _, params := range []string{"alpha=0.5;tau0=1;bmax=4;lam=1", "alpha=0.5;tau0=1;bmax=8;lam=1.3", "alpha=0.5;tau0=1;bmax=16;lam=1.5"} {
		add("M/D^[1,bmax]/1 greedy batch s(b)=alpha*b+tau0", params, "W; L; E[B] per batch; server_util")
	}
}

// arrivals adds queues with other arrival processes, and with several lines.
func arrivals(add adder) {
	for _, name := range []string{"Gamma(cv2=4)", "Erlang2", "H2balanced(cv2=4)", "Deterministic"} {
		for _, load := range []float64{0.6, 0.8} {
			add("GI/M/1", fmt.Sprintf("arrival=%s;lam=%v;mu=1.0", name, load), "Wq; W; L(time-avg); P(wait)(arrival avg); W_q0.95")
		}
	}
	for _, rate := range []float64{0.15, 0.25} {
		add("M^X/M/1 fixed batch", fmt.Sprintf("lam=%v;X=3;mu=1", rate), "W; L")
		add("M^X/M/1 geometric batch", fmt.Sprintf("lam=%v;p=0.4;mu=1", rate), "W; L")
	}
	for _, params := range []string{"lam1=1.2;lam2=0.2;r12=0.2;r21=0.1;mu=1", "lam1=0.8;lam2=0.4;r12=0.05;r21=0.05;mu=1"} {
		add("MMPP2/M/1", params, "W; L")
	}
	for _, rate := range []float64{1.2, 1.7} {
		add("JSQ exact (2 servers)", fmt.Sprintf("servers=2;lam=%v;mu=1", rate), "W; L; P(0,0)")
	}
	add("Supermarket JSQ(d) mean-field (n->inf)", "d=1;lam=0.7;mu=1", "W; P(queue>=1); P(queue>=2); P(queue>=4)")
}

// closed adds closed systems, in which clients wait for their answers.
func closed(add adder) {
	for _, params := range []string{"N=5;Z=10;mu=1", "N=8;Z=4;mu=1", "N=20;Z=30;mu=1"} {
		add("Closed M/M/1//N (machine repair, MVA)", params, "R; throughput; util; L")
	}
}

// networks adds lines of stations, and parallel stations.
func networks(add adder) {
	for _, params := range []string{"lam=0.5;mus=1|1", "lam=0.9;mus=1|1.5|2"} {
		add("Jackson-tandem M/M/1", params, "W_total; L_total; P(all empty)")
	}
	for _, params := range []string{"lam=0.5;mu=1", "lam=0.8;mu=1"} {
		add("Fork-join 2xM/M/1 (Flatto-Hahn)", params, "W; L")
	}
}

// feedback adds networks with feedback.
func feedback(add adder) {
	for _, c := range []struct{ stations, params string }{
		{"A:M/M/2 mu=1,B:M/M/1 mu=2,pBA=0.25", "lam=1"},
		{"A:M/M/1 mu=1,B:M/M/3 mu=0.4,pBA=0.5", "lam=0.4"},
	} {
		add("Jackson-feedback("+c.stations+")", c.params, "W_total; L_total; gamma; LA; LB; WA; WB")
	}
}

// outages adds servers that fail, and servers that are switched off when they are idle.
func outages(add adder) {
	for _, params := range []string{"lam=0.5;mu=1;fail=0.1;repair=0.5", "lam=0.6;mu=1;fail=0.02;repair=0.2"} {
		add("M/M/1 breakdowns (time-dependent, preempt-resume)", params, "W; L; availability; rho_eff")
	}
	add("M/M/k/setup (off when idle; exp setup, cancellable)", "k=2;lam=1;mu=1;setup_rate=0.1", "W; Wq; L; E[on servers]; E[servers in setup]")
}

// name returns a name of a system. Systems with equal parameters have different names.
func (s QueueSystem) name() string {
	if s.queue.replicas > 1 && s.queue.setup == 0 {
		return fmt.Sprintf("%s (%d replicas)", s.Params, s.queue.replicas)
	}
	return s.Params
}
