package scenarios

import (
	"strings"
	"testing"

	"wavetank/scenarios/file"
	"wavetank/scenarios/scenariotest"
)

// TestWhatEndsARetryStorm: the shipped scenario stays overloaded. A retry budget ends the storm,
// and so do servers that learn that a client has gone. Clients that throttle themselves end it
// later.
func TestWhatEndsARetryStorm(t *testing.T) {
	for _, c := range []struct {
		change       file.Change
		least, most  float64 // attainment, percent
		retries      float64 // least share of the load, percent
		blamesOthers bool    // most misses are due to the retries of others
	}{
		{file.Change{Path: "replications", Value: "2"}, 0, 15, 60, true},
		{file.Change{Path: "workload[0].client.retries.budget", Value: "20 %"}, 90, 100, 0, false},
		{file.Change{Path: "workload[0].client.cancels", Value: "true"}, 90, 100, 0, false},
		{file.Change{Path: "workload[0].client.throttle", Value: "{window: 10s}"}, 50, 90, 0, false},
	} {
		r := run(t, prepare(t, "retry-storm", file.Change{Path: "replications", Value: "2"}, c.change), 2)
		met, again, missed, arrived := means(r, "slo_attainment")["four-servers"], means(r, "retry_share")["four-servers"], means(r, "missed_retries")["four-servers"], means(r, "arrived")["four-servers"]
		if met < c.least || met > c.most || again < c.retries || c.blamesOthers != (missed > arrived/2) {
			t.Errorf("%v: attainment %v, retries %v of the load, %v of %v requests missed because of retries", c.change, met, again, missed, arrived)
		}
	}
}

// TestHedgesHideSlowMachines: one of four machines is slow all the time. With a hedge after 60 ms
// nearly all requests are in time, because the further attempt goes to another replica. Without it,
// a quarter of them are late.
func TestHedgesHideSlowMachines(t *testing.T) {
	slow := []file.Change{
		{Path: "replications", Value: "2"}, {Path: "fleet[0].slowdowns", Value: "[{from: 0s, until: 1m, factor: 12x, share: 25 %}]"},
		{Path: "workload[0].arrivals.poisson.rate", Value: "10/s"}, {Path: "router", Value: "round-robin"},
	}
	with := func(client string) (met, attempts float64) {
		r := run(t, prepare(t, "retry-storm", append(slow, file.Change{Path: "workload[0].client", Value: client})...), 2)
		return means(r, "slo_attainment")["four-servers"], means(r, "attempts_mean")["four-servers"]
	}
	plain, one := with("{timeout: 10s}")
	hedged, made := with("{hedge: {delay: 60ms}, cancels: true}")
	if plain > 80 || one != 1 || hedged < 95 || made < 1.2 || made > 1.5 {
		t.Errorf("in time are %v %% of requests with %v attempts, and %v %% with %v attempts if they are hedged", plain, one, hedged, made)
	}
}

// TestImpatientClientsAreWarnedOf: a service takes 25 ms. A shorter timeout leaves hardly any
// answer, and a shorter delay hedges almost every request.
func TestImpatientClientsAreWarnedOf(t *testing.T) {
	for client, want := range map[string]string{
		"{timeout: 24ms}":         "clients of the stream lookup wait for 24ms, but a mean request of lookup takes 25ms even alone on the fastest deployment, index@server: hardly any is answered",
		"{timeout: 25ms}":         "",
		"{hedge: {delay: 20ms}}":  "clients of the stream lookup hedge after 20ms, but a mean request of lookup takes 25ms even alone on the fastest deployment, index@server: almost every request is sent twice",
		"{hedge: {delay: 200ms}}": "",
	} {
		told := strings.Join(prepare(t, "retry-storm", file.Change{Path: "workload[0].client", Value: client}).Warnings(), "\n")
		if got := strings.Contains(told, "clients of the stream"); got != (want != "") || !strings.Contains(told, want) {
			t.Errorf("%s: told is %q, want %q", client, told, want)
		}
	}
}

// TestMistakesOfClientsAreToldAtOnce lists faulty clients with the places of all their faults.
func TestMistakesOfClientsAreToldAtOnce(t *testing.T) {
	for client, want := range map[string][]string{
		"{}":                                {"client.timeout: a client has a timeout, retries, or both, or a hedge, or a throttle"},
		"{hedge: {delay: 0s, attempts: 1}}": {"hedge.delay: 0s is not above 0s", "attempts: 1 is outside 2 to 100"},
		"{hedge: {delay: 50ms}, retries: {attempts: 2}, timeout: 1s}": {"client.hedge: a client has retries or a hedge"},
		"{timeout: -1s, retries: {attempts: 1, backoff: {base: 2s, max: 1s, factor: 0.5x}, budget: {share: -1 %, ttl: 2m}}}": {
			"client.timeout: -1s is negative", "attempts: 1 is outside 2 to 100", "factor: 0.5x is outside 1x to 1000x", "max: 1s is less than base, 2s",
			"share: -1 % is outside 0 % to 100000 %", "ttl: 2m is outside 1s to 1m",
		},
		"{cancels: true, retries: {attempts: 3}}":                                       {"client.cancels: a client without a timeout never leaves an attempt"},
		"{throttle: {k: 0.5, window: 500ms}}":                                           {"client.throttle.k: 0.5 is outside 1 to 1000", "client.throttle.window: 500ms is outside 1s to 1h"},
		"{timeout: 1s, retries: {attempts: 3, budget: {share: 20 %, ttl: 1s, min: 3}}}": {"client.retries.budget.min: unknown key"},
	} {
		text := scenariotest.Minimal("arrivals: {poisson: {rate: 5/s}}\n    client: " + client)
		got := mistakes(t, text)
		for _, part := range want {
			if !strings.Contains(got, part) || !strings.HasPrefix(got, "s.yaml:8:") {
				t.Errorf("%s: told is\n%s\nwant %q", client, got, part)
			}
		}
		if n := strings.Count(got, "\n") + 1; n != len(want) {
			t.Errorf("%s: %d faults are told, want %d:\n%s", client, n, len(want), got)
		}
	}
	piped := strings.Replace(scenariotest.Minimal("arrivals: {poisson: {rate: 5/s}}\n    client: {timeout: 1s}"), "model: vit", "pipeline: [vit]", 1)
	if got := mistakes(t, piped); !strings.Contains(got, "client: the senders of a pipeline wait for ever and make one attempt") {
		t.Errorf("a pipeline with a client: %s", got)
	}
}

// TestMistakesOfSlowMachines: each fault has its place.
func TestMistakesOfSlowMachines(t *testing.T) {
	text := strings.Replace(speaking, "max: 2}", "max: 2, slowdowns: [{from: 1s, until: 1s, factor: 0.5x, share: 0 %}]}", 1)
	got := mistakes(t, text)
	for _, part := range []string{"slowdowns[0].until: 1s is not after from, 1s", "factor: 0.5x is outside 1x to 1000x", "share: 0 % is not above 0 %"} {
		if !strings.Contains(got, part) {
			t.Errorf("told is\n%s\nwant %q", got, part)
		}
	}
}

// TestMistakesOfSleepers: each fault has its place.
func TestMistakesOfSleepers(t *testing.T) {
	for keys, want := range map[string]string{
		"level: 3, memory: 1GB":        "fleet[0].sleep.level: 3 is neither 1",
		"level: 1":                     "fleet[0].sleep.memory: level 1 keeps weights in host memory",
		"level: 2, memory: 1GB":        "fleet[0].sleep.memory: level 2 keeps no weights",
		"memory: 1GB, bandwidth: 0B/s": "fleet[0].sleep.bandwidth: must be positive",
		"memory: 1GB, wake: -1s":       "fleet[0].sleep.wake: -1s is negative",
		"memory: 5TiB":                 "fleet[0].sleep.memory: 5TiB are more than the memory of aws/p5.4xlarge",
	} {
		if got := mistakes(t, strings.Replace(speaking, "max: 2}", "max: 2, sleep: {"+keys+"}}", 1)); !strings.Contains(got, want) || strings.Count(got, "\n") > 0 {
			t.Errorf("%s: told is\n%s\nwant %q", keys, got, want)
		}
	}
}

// TestConversationsGoOnAfterTheLastAttempt: a sender that waits for answers sends its next request
// when its call has ended, however many attempts that took.
func TestConversationsGoOnAfterTheLastAttempt(t *testing.T) {
	text := scenariotest.Minimal("arrivals: {clients: {count: 4, think-time: {mean: 100ms}}}\n    client: {timeout: 1ms, retries: {attempts: 3, backoff: {base: 0s}}}")
	r := run(t, load(t, text), 2)
	arrived, timedOut, attempts := meansOfAll(r), means(r, "timed_out"), means(r, "attempts_mean")
	for policy, n := range timedOut {
		// each request takes three timeouts of 1 ms and a think time of 100 ms
		if n == 0 || n != arrived[policy+" all arrived"] || attempts[policy] != 3 {
			t.Errorf("%s: %v of %v requests timed out after %v attempts", policy, n, arrived[policy+" all arrived"], attempts[policy])
		}
	}
}
