// Package tokens is the engine inside one LLM replica: continuous batching, in steps under a token
// budget. It has chunked prefill, a paged KV cache, an optional prefix cache, preemption by
// recomputation, and priorities. Its semantics are those of vLLM's V1 scheduler
// (vllm/v1/core/sched/scheduler.py). Names such as MaxTokens are fields of Config.
//
// # A step
//
//  1. The last step ends, and sequences emit tokens. A sequence emits one token if its computed
//     tokens have reached its target, prompt + emitted. Sequences that decode emit first, then
//     sequences that prefill, both in running order (the order of admission). A sequence that has
//     emitted its last token finishes. Its blocks are freed, the last block first.
//  2. The budget is MaxTokens. The running sequences are scheduled in running order. A sequence
//     that decodes gets n = 1+Draft tokens, or 0 if the budget is smaller. Any other sequence gets
//     n = min(target − computed, LongPrefill if that is set, budget). A sequence with n = 0 is
//     skipped. Any other needs ⌈(computed+n)/Block⌉ blocks. As long as these are not free, a
//     victim is preempted: the last running sequence. With Priority it is the sequence with the
//     largest priority, ties the latest ordinal. The victim's blocks are freed, its computed tokens
//     become 0, and it goes to the front of the waiting line. If the victim was scheduled in this
//     step, its tokens go back to the budget. If a sequence preempts itself, no further sequence is
//     scheduled.
//  3. If nothing was preempted, waiting sequences join from the front of the line. With Priority
//     the sequence with the smallest priority joins first, ties the earliest ordinal. Sequences
//     join as long as budget is left and fewer than MaxSequences run. The computed tokens of a
//     sequence are those of its leading blocks that are found in the prefix cache, at most
//     ⌊(target−1)/Block⌋ blocks. If a prefill replica has computed the prompt, its tokens are
//     the computed ones, and nothing is looked up. Then n and the blocks needed are as in 2. With
//     WholePrompt a sequence needs the blocks of all tokens up to its target. No further sequence
//     joins after the first one whose blocks are not free. The same holds, without chunked prefill,
//     for the first one that the budget does not suffice for.
//  4. The step takes the time that the step-time model gives for its Work. A sequence scheduled
//     with one token counts as decode, else as prefill. With PrefillReads every sequence that
//     prefills counts as prefill. The boundary at the end of a step is the
//     exact sum of the step times since the replica was last idle, rounded down to a nanosecond. If
//     preemption has left nothing scheduled, 2 is repeated at the same instant.
//
// A sequence decodes in a step if it emitted a token at the boundary where the step begins. Any
// other running sequence prefills, even one that could have decoded but was skipped. Tokens that a
// step computes count as computed from the beginning of the step.
//
// # Prompts first
//
// With PrefillFirst a step is either for prompts or for further tokens. It first does 2 only for
// the sequences that prefill, and then 3. If any of them is scheduled, no other sequence is: those
// that decode pause, and begin the next step as they began this one. The step does not count for
// the token clock (below). Otherwise the step does 2 for the sequences that decode, with the whole
// budget. So does get_next_batch_to_run in SGLang (python/sglang/srt/managers/scheduler.py), and so
// did _schedule_default in vLLM before version 1 (vllm/core/scheduler.py).
//
// # Adapters
//
// With Adapters a sequence joins only if its adapter is used by a running sequence, or if running
// sequences use fewer than Slots adapters. Otherwise it is passed over, and the next one is
// considered. An adapter that is in no slot is copied to one, after it was fetched if it is not in
// host memory either. The step begins with these loads, and takes longer by their time. In slots
// and in host memory, the adapter leaves whose last running sequence left first. The names of
// blocks contain the adapter.
//
// # Slow replicas
//
// After Slow a step that begins takes factor times as long, rounded to a whole grain.
//
// # Several engines
//
// A replica may consist of several engines (Parallel, EngineGroup), each with a line and a part of
// the blocks. A request goes to the one with the least load. The batch of an engine of a pipeline
// passes the stages when it begins (stages.pass), and its step ends when it leaves the last. The
// steps of ranks end together (EngineGroup.align).
//
// # What happens at a boundary
//
// First the step ends (End). Then everything else happens that is due at this instant. Then the
// next step begins (Begin). So a request that comes at the instant of a boundary is scheduled at
// that boundary. Held and Matched report the state of the step that has ended until the next has
// begun. After that, callers pass the instant one nanosecond later.
//
// With Ahead a step is scheduled when the step before it begins. So a request that comes while a
// step runs does not join the next step, but the one after. If there is no next step, it is
// scheduled at once. The room that finished sequences leave can be used at the boundary, as without
// Ahead.
//
// # Speculative decoding
//
// A decoding sequence is scheduled with 1+Draft tokens. In the step time they count as one decode
// sequence and Draft prefill tokens without attention. The number of accepted tokens is not random:
// it follows its mean. A sequence that began to decode after step S₀ of the replica has advanced
// by this many tokens after step S:
//
//	⌊S·g⌋ − ⌊S₀·g⌋, with g = (1 − p^(Draft+1))/(1 − p)
//
// Here p is Acceptance (Leviathan et al. 2023, eq. 1), and g is rounded to units of 2⁻¹⁶. The
// sequence takes blocks for all tokens that it accepts, even beyond its last token. The context in
// the step-time model advances by g a step, without rounding down. The product of a coefficient and
// g is rounded to a whole grain.
//
// With RandomAcceptance the number is drawn for each sequence and step. Whether a draft is right
// depends on the luck of the request and on the place of the token in the answer. A step emits the
// right drafts before the first wrong one, and one token more, but never more than the output. The
// sequence takes blocks for these tokens. The context advances by them after the step.
//
// # Prefix cache
//
// The cache gives blocks names by their content. The name of block j of a sequence is made of the
// segments of the sequence up to token (j+1)·Block.
//
// A block of the prompt gets its name when its last token is scheduled. There are two exceptions:
// the cache already has a block with that name, or the sequence does not hold a named block before
// it. Blocks from a prefill replica are always in the second case. Blocks that reach beyond the
// segments of the prompt get a name when the sequence frees them: that of its reply, or, if the
// sequence was preempted, a name that only the sequence itself looks up, until it leaves.
//
// Free blocks, with or without a name, are in one line in the order in which they were freed, the
// last block of a sequence first. When a sequence needs a new block, it takes the first block of
// the line, which loses its name. A free block that is found by its name leaves the line.
//
// # Blocks in host memory
//
// With Offload a block is copied to host memory when it gets a name. A sequence that joins looks up
// the blocks that follow those found on the device there. Found blocks count as computed, take new
// blocks on the device, and get their names there like computed ones. The step takes longer by
// Grains for each of them. All blocks found are used at this time, the last one first. So are
// blocks that get their names at once. The block that was last used longest ago leaves host memory
// first.
//
// # Runs of steps
//
// While all running sequences decode and no sequence can join, the times of many steps have one
// closed form. Such steps are called a run. A run of any number of steps is one event.
package tokens
