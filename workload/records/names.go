package records

// The names under which programs write the figures of a request. The first one that a file has
// counts.
var (
	// Sent are names of the instant at which a request was sent.
	Sent = []string{
		"send", "sent", "send_time", "sent_at", "arrival", "arrival_time", "arrived_at", "start", "start_time", "request_start", "request_start_time",
		"launch_time", "timestamp",
	}
	// Inputs are names of the input tokens.
	Inputs = []string{
		"input", "input_tokens", "input_toks", "input_length", "input_len", "input_sequence_length", "isl", "prompt_tokens", "prompt_len",
		"prompt_length", "num_prompt_tokens", "context_tokens", "prompt",
	}
	// Outputs are names of the output tokens.
	Outputs = []string{
		"output", "output_tokens", "output_toks", "output_length", "output_len", "output_sequence_length", "osl", "generated_tokens",
		"generation_tokens", "completion_tokens", "completion_len", "completion_length", "num_generation_tokens", "answer_tokens", "response_len", "answer",
	}
)
