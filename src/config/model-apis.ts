/** Hosts whose only work is to run models, by the page that names them. A host stands for its subdomains too. */
const hosts: Readonly<Record<string, readonly string[]>> = {
  "platform.openai.com/docs/api-reference": ["api.openai.com"],
  "docs.claude.com/en/api/overview": ["api.anthropic.com"],
  "ai.google.dev/api": ["generativelanguage.googleapis.com"],
  "cloud.google.com/vertex-ai/docs/reference/rest": ["aiplatform.googleapis.com"],
  "learn.microsoft.com/azure/ai-services/openai/reference": [
    "openai.azure.com",
    "services.ai.azure.com",
    "models.ai.azure.com",
  ],
  "docs.github.com/rest/models/inference": ["models.github.ai", "models.inference.ai.azure.com"],
  "openrouter.ai/docs/api-reference": ["openrouter.ai"],
  "docs.mistral.ai/api": ["api.mistral.ai", "codestral.mistral.ai"],
  "console.groq.com/docs/api-reference": ["api.groq.com"],
  "api-docs.deepseek.com": ["api.deepseek.com"],
  "docs.x.ai/docs/api-reference": ["api.x.ai"],
  "docs.together.ai/reference": ["api.together.xyz", "api.together.ai"],
  "docs.cohere.com/reference/about": ["api.cohere.com", "api.cohere.ai"],
  "docs.perplexity.ai/api-reference": ["api.perplexity.ai"],
  "docs.fireworks.ai/api-reference": ["api.fireworks.ai"],
  "huggingface.co/docs/inference-providers": [
    "api-inference.huggingface.co",
    "router.huggingface.co",
    "endpoints.huggingface.cloud",
  ],
  "inference-docs.cerebras.ai": ["api.cerebras.ai"],
  "platform.moonshot.ai/docs/api": ["api.moonshot.ai", "api.moonshot.cn"],
  "docs.z.ai/api-reference": ["api.z.ai", "open.bigmodel.cn"],
  "www.alibabacloud.com/help/model-studio": ["dashscope.aliyuncs.com", "dashscope-intl.aliyuncs.com"],
  "docs.api.nvidia.com/nim/reference": ["integrate.api.nvidia.com"],
  "deepinfra.com/docs/openai_api": ["api.deepinfra.com"],
  "replicate.com/docs/reference/http": ["api.replicate.com"],
  "docs.ai21.com/reference": ["api.ai21.com"],
  "docs.sambanova.ai": ["api.sambanova.ai"],
  "vercel.com/docs/ai-gateway": ["ai-gateway.vercel.sh"],
  "developers.cloudflare.com/ai-gateway": ["gateway.ai.cloudflare.com"],
  "docs.ollama.com/cloud": ["ollama.com"],
};

/** Regional hosts that no plain suffix catches. Sources: docs.aws.amazon.com/general/latest/gr/bedrock.html; the Vertex AI reference. */
const regional: readonly RegExp[] = [
  /^bedrock-(agent-)?runtime(-fips)?\.[a-z0-9-]+\.(amazonaws\.com(\.cn)?|api\.aws)$/u,
  /^[a-z0-9-]+-aiplatform\.googleapis\.com$/u,
];

/** Ends of paths that run a model or wake an agent wherever they are served, by the page that names them. */
const paths: Readonly<Record<string, readonly string[]>> = {
  "platform.openai.com/docs/api-reference (also vLLM, LM Studio, llama.cpp, LocalAI, OpenClaw, Hermes)": [
    "/chat/completions",
    "/v1/completions",
    "/v1/responses",
    "/v1/embeddings",
    "/v1/images/generations",
  ],
  "docs.claude.com/en/api/messages": ["/v1/messages", "/v1/complete"],
  "docs.ollama.com/api": ["/api/generate", "/api/chat", "/api/embed", "/api/embeddings"],
  "github.com/ggml-org/llama.cpp, tools/server/README.md": ["/completion", "/infill"],
  "huggingface.co/docs/text-generation-inference": ["/generate_stream"],
  "ai.google.dev/api/generate-content": [":generatecontent", ":streamgeneratecontent"],
  "docs.openclaw.ai/automation/webhook": ["/hooks/agent", "/hooks/wake"],
};

const allHosts = Object.values(hosts).flat();
const allPaths = Object.values(paths).flat();

/** True when this host (lower case, as URL parsing leaves it) is a known model API. Never throws. */
export const isModelHost = (host: string): boolean => {
  const name = host.toLowerCase().replace(/\.$/u, "");
  return (
    allHosts.some((each) => name === each || name.endsWith(`.${each}`)) || regional.some((each) => each.test(name))
  );
};

const decoded = (path: string): string => {
  try {
    return decodeURIComponent(path);
  } catch (error) {
    if (error instanceof URIError) return path;
    throw error;
  }
};

/** The end of this address's path that runs a model or wakes an agent; undefined when it has none. A local model server's `/health` is fine. Never throws. */
const modelPath = (url: URL): string | undefined => {
  const path = decoded(url.pathname).toLowerCase().replace(/\/+/gu, "/").replace(/\/$/u, "");
  return allPaths.find((end) => path.endsWith(end));
};

/** Why an address may not be contacted because a model or an agent would answer (law 1); undefined when it may. Never throws. */
export const modelFault = (url: URL): string | undefined => {
  if (isModelHost(url.hostname)) return `"${url.hostname}" is a model API: dogwatch never calls a model`;
  const path = modelPath(url);
  return path === undefined
    ? undefined
    : `a path that ends in "${path}" runs a model or wakes an agent: use the server's health address, such as "/health"`;
};

/** Hooks of gateways on their own ports, which may run an agent whatever their names are, with the chat that posts without one. */
const hooks: readonly { readonly port: string; readonly path: RegExp; readonly chat: string }[] = [
  // Source: docs.openclaw.ai/automation/cron-jobs/webhooks (mapped hooks).
  { port: "18789", path: /^\/hooks\//u, chat: "openclaw" },
  // Source: hermes-agent.nousresearch.com/docs/user-guide/messaging/webhooks.
  { port: "8644", path: /^(\/p\/[^/]+)?\/webhooks\//u, chat: "hermes" },
];

/** Why messages may not be posted to an address that looks like a gateway's hook (law 1); undefined when they may. Never throws. */
export const hookFault = (url: URL): string | undefined => {
  const path = decoded(url.pathname).toLowerCase().replace(/\/+/gu, "/");
  const hook = hooks.find((each) => each.port === url.port && each.path.test(path));
  return hook === undefined
    ? undefined
    : `this looks like a gateway's hook, which may run an agent at each message: use "chat: ${hook.chat}"`;
};
