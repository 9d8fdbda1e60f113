// Swagger UI over our own document; cookies go along, so that whoever is signed in can try what he may.
SwaggerUIBundle({ url: "/openapi.json", dom_id: "#swagger", deepLinking: true, withCredentials: true, validatorUrl: null });
