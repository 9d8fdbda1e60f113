// Swagger UI over our own document; cookies go along, so that whoever is signed in can try what he may.
// The packaged Swagger UI knows OpenAPI 3.0 by name alone; what it draws of ours is the same in 3.1.
fetch("/openapi.json")
  .then((answer) => answer.json())
  .then((document) =>
    SwaggerUIBundle({
      spec: { ...document, openapi: "3.0.3" },
      dom_id: "#swagger",
      deepLinking: true,
      withCredentials: true,
      validatorUrl: null,
    }),
  );
