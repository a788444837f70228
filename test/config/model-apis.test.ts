import { describe, expect, test } from "bun:test";
import { modelFault } from "../../src/config/model-apis.ts";

const refused = [
  "https://api.openai.com/v1/models",
  "https://API.OPENAI.COM./",
  "https://eu.api.openai.com/",
  "https://api.anthropic.com/",
  "https://generativelanguage.googleapis.com/v1beta/models",
  "https://europe-west4-aiplatform.googleapis.com/",
  "https://my-resource.openai.azure.com/openai/deployments/x",
  "https://bedrock-runtime.us-east-1.amazonaws.com/model/x/invoke",
  "https://bedrock-runtime-fips.us-east-1.amazonaws.com/",
  "https://openrouter.ai/api/v1/auth/key",
  "https://api.mistral.ai/",
  "https://api.groq.com/",
  "https://api.deepseek.com/",
  "https://api.x.ai/",
  "https://api.together.xyz/",
  "https://api.cohere.com/",
  "https://api.perplexity.ai/",
  "https://api.fireworks.ai/",
  "https://api-inference.huggingface.co/",
  "http://127.0.0.1:8000/v1/chat/completions",
  "http://127.0.0.1:8000/openai/v1/chat/completions/",
  "http://127.0.0.1:8000/V1/Completions",
  "http://127.0.0.1:8000/v1/messages",
  "http://127.0.0.1:8000/v1/responses",
  "http://127.0.0.1:8000/v1/embeddings?x=1",
  "http://127.0.0.1:11434/api/generate",
  "http://127.0.0.1:11434//api//chat",
  "http://127.0.0.1:11434/api/%63hat",
  "http://127.0.0.1:18789/hooks/agent",
  "http://127.0.0.1:18789/hooks/wake",
  "http://127.0.0.1/v1beta/models/x:generateContent",
];

const allowed = [
  "http://127.0.0.1:8000/health",
  "http://127.0.0.1:18789/healthz",
  "http://127.0.0.1:11434/api/version",
  "http://127.0.0.1:8000/v1/models",
  "https://mattermost.example.org/hooks/abc",
  "https://chat.example.org/api/chats",
  "https://notapi.openai.com.example.org/",
  "https://myapi.x.ai.example/",
  "https://xapi.openai.com/",
  "http://127.0.0.1/%E0%A4%A",
  "https://s3.us-east-1.amazonaws.com/",
];

describe("modelFault()", () => {
  for (const given of refused)
    test(`modelFault() refuses ${given}`, () => expect(modelFault(new URL(given))).toBeString());
  for (const given of allowed)
    test(`modelFault() lets ${given} pass`, () => expect(modelFault(new URL(given))).toBeUndefined());
});
